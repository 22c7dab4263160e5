//! [`Kafka`]: settings of Kafka, which become variables.

use serde::{Deserialize, Serialize};

/// Kafka settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Kafka {
    /// Whether locust containers get the variables.
    pub enabled: bool,
    /// `KAFKA_BOOTSTRAP_SERVERS`.
    pub bootstrap_servers: String,
    /// The security settings.
    pub security: KafkaSecurity,
    /// The Secret with user name and password; no such variables where its name is empty.
    pub credentials: KafkaCredentials,
}

impl Default for Kafka {
    fn default() -> Self {
        Self {
            enabled: false,
            bootstrap_servers: "localhost:9092".into(),
            security: KafkaSecurity::default(),
            credentials: KafkaCredentials::default(),
        }
    }
}

/// Kafka's security settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KafkaSecurity {
    /// `KAFKA_SECURITY_ENABLED`.
    pub enabled: bool,
    /// `KAFKA_SECURITY_PROTOCOL_CONFIG`.
    pub protocol: String,
    /// `KAFKA_SASL_MECHANISM`.
    pub sasl_mechanism: String,
    /// `KAFKA_SASL_JAAS_CONFIG`.
    pub jaas_config: String,
}

impl Default for KafkaSecurity {
    fn default() -> Self {
        Self {
            enabled: false,
            protocol: "SASL_PLAINTEXT".into(),
            sasl_mechanism: "SCRAM-SHA-512".into(),
            jaas_config: String::new(),
        }
    }
}

/// The Secret with Kafka's user name and password, in each test's namespace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct KafkaCredentials {
    /// The Secret's name.
    pub secret_name: String,
    /// The key of `KAFKA_USERNAME`.
    pub username_key: String,
    /// The key of `KAFKA_PASSWORD`.
    pub password_key: String,
}

impl Default for KafkaCredentials {
    fn default() -> Self {
        Self { secret_name: String::new(), username_key: "username".into(), password_key: "password".into() }
    }
}
