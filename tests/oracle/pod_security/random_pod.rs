//! Random pods, biased to the fields that Pod Security checks.

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Texts that the checks tell apart.
const SYSCTLS: &str = "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range \
net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout \
net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem net.ipv4.tcp_wmem \
net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat kernel.msgmax kernel/shm_rmid_forced net.*";
const CAPABILITIES: &str = "ALL NET_BIND_SERVICE NET_RAW SYS_ADMIN CHOWN AUDIT_WRITE KILL CAP_CHOWN all DAC_OVERRIDE FOWNER \
FSETID MKNOD SETFCAP SETGID SETPCAP SETUID SYS_CHROOT";
const PROFILES: &str = "RuntimeDefault Localhost Unconfined runtime/default Other";
const ANNOTATED_PROFILES: &str =
    "runtime/default docker/default localhost/ localhost/x localhost unconfined Localhost/x";
const SELINUX_TYPES: &str =
    "container_t container_init_t container_kvm_t container_engine_t spc_t Container_t";
const SOURCES: &str = "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret hostPath \
gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder cephfs flocker fc azureFile \
vsphereVolume quobyte azureDisk portworxVolume photonPersistentDisk scaleIO storageos unheardOf";
const NAMES: [&str; 4] = ["a", "b", "init", ""];

/// A pod: mostly one that is allowed, with a few fields that may not be.
pub(super) fn pod(rng: &mut Rng) -> Value {
    let mut pods = PodSource { rng, odd: 0.0 };
    pods.odd = *pods.rng.choice(&[0.02, 0.1, 0.4]).unwrap();
    let mut pod = json!({"metadata": pods.metadata(), "spec": pods.spec()});
    if pods.chance(0.02) {
        pod[*pods.rng.choice(&["metadata", "spec"]).unwrap()] = Value::Null;
    }
    pod
}

struct PodSource<'r> {
    rng: &'r mut Rng,
    /// How likely a field is as a check may refuse it.
    odd: f64,
}

impl PodSource<'_> {
    fn chance(&mut self, of: f64) -> bool {
        self.rng.f64() < of
    }

    fn is_odd(&mut self) -> bool {
        let odd = self.odd;
        self.chance(odd)
    }

    fn word(&mut self, words: &str) -> String {
        let words: Vec<&str> = words.split(' ').collect();
        (*self.rng.choice(&words).unwrap()).to_owned()
    }

    /// The value, and sometimes something else that may stand there.
    fn nearly(&mut self, value: impl Into<Value>) -> Value {
        match self.rng.u32(..200) {
            0 | 1 => Value::Null,
            2 => self.rng.choice([json!(""), json!(0), json!(true), json!([]), json!({})]).unwrap(),
            _ => value.into(),
        }
    }

    fn bool(&mut self) -> Value {
        let value = self.rng.bool();
        self.nearly(value)
    }

    /// Sets a field, when it is odd.
    fn maybe(&mut self, map: &mut Map<String, Value>, name: &str, value: impl FnOnce(&mut Self) -> Value) {
        if self.is_odd() {
            let value = value(self);
            map.insert(name.to_owned(), value);
        }
    }

    fn metadata(&mut self) -> Value {
        let mut annotations = Map::new();
        for key in [
            "seccomp.security.alpha.kubernetes.io/pod",
            "container.seccomp.security.alpha.kubernetes.io/a",
            "container.seccomp.security.alpha.kubernetes.io/nobody",
            "container.seccomp.security.alpha.kubernetes.io/",
            "container.apparmor.security.beta.kubernetes.io/a",
            "container.apparmor.security.beta.kubernetes.io/",
            "Container.apparmor.security.beta.kubernetes.io/a",
        ] {
            self.maybe(&mut annotations, key, |pods| {
                let profile = pods.word(ANNOTATED_PROFILES);
                pods.nearly(profile)
            });
        }
        json!({"name": "a", "annotations": self.nearly(annotations)})
    }

    fn spec(&mut self) -> Value {
        let mut spec = Map::new();
        for name in ["hostNetwork", "hostPID", "hostIPC"] {
            self.maybe(&mut spec, name, Self::bool);
        }
        if self.chance(0.3) {
            spec.insert("hostUsers".into(), self.bool());
        }
        if self.chance(0.2) {
            let name = self.word("windows linux Windows");
            spec.insert("os".into(), json!({"name": self.nearly(name)}));
        }
        if self.chance(0.8) {
            let context = self.pod_security_context();
            spec.insert("securityContext".into(), context);
        }
        if self.chance(0.5) {
            let volumes: Vec<Value> = (0..self.rng.usize(..4)).map(|_| self.volume()).collect();
            spec.insert("volumes".into(), self.nearly(volumes));
        }
        for (list, least) in [("initContainers", 0), ("containers", 1), ("ephemeralContainers", 0)] {
            let count = least + if self.chance(0.4) { self.rng.usize(..3) } else { 0 };
            let containers: Vec<Value> = (0..count).map(|_| self.container()).collect();
            if !containers.is_empty() {
                spec.insert(list.into(), self.nearly(containers));
            }
        }
        spec.into()
    }

    fn volume(&mut self) -> Value {
        let mut volume = Map::from_iter([("name".to_owned(), json!("v"))]);
        let allowed = self.word(
            "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret",
        );
        let source = if self.is_odd() { self.word(SOURCES) } else { allowed };
        volume.insert(source, self.nearly(json!({})));
        self.maybe(&mut volume, "hostPath", |pods| pods.nearly(json!({"path": "/"})));
        let volume = Value::Object(volume);
        self.nearly(volume)
    }

    /// What pods and containers both have, mostly as level restricted demands it.
    fn common_context(&mut self, context: &mut Map<String, Value>) {
        if !self.is_odd() || self.rng.bool() {
            let value = !self.is_odd();
            context.insert("runAsNonRoot".into(), self.nearly(value));
        }
        if !self.is_odd() || self.rng.bool() {
            let profile = self.profile();
            context.insert("seccompProfile".into(), profile);
        }
        self.maybe(context, "appArmorProfile", Self::profile);
        self.maybe(context, "runAsUser", |pods| {
            let user = *pods.rng.choice(&[0, 0, 1, 1000]).unwrap();
            pods.nearly(user)
        });
        self.maybe(context, "seLinuxOptions", |pods| {
            let mut options = Map::new();
            for (name, words) in [("type", SELINUX_TYPES), ("user", "u"), ("role", "r"), ("level", "s0")] {
                pods.maybe(&mut options, name, |pods| {
                    let word = pods.word(words);
                    pods.nearly(word)
                });
            }
            pods.nearly(options)
        });
        self.maybe(context, "windowsOptions", |pods| {
            let host = pods.bool();
            pods.nearly(json!({"hostProcess": host}))
        });
    }

    fn profile(&mut self) -> Value {
        let kind = if self.is_odd() { self.word(PROFILES) } else { "RuntimeDefault".to_owned() };
        let kind = self.nearly(kind);
        self.nearly(json!({"type": kind, "localhostProfile": "x"}))
    }

    fn pod_security_context(&mut self) -> Value {
        let mut context = Map::new();
        self.common_context(&mut context);
        self.maybe(&mut context, "sysctls", |pods| {
            let sysctl = |pods: &mut Self| {
                let name = pods.word(SYSCTLS);
                let name = pods.nearly(name);
                pods.nearly(json!({"name": name, "value": "1"}))
            };
            let sysctls: Vec<Value> = (0..pods.rng.usize(..3)).map(|_| sysctl(pods)).collect();
            pods.nearly(sysctls)
        });
        self.nearly(context)
    }

    fn container(&mut self) -> Value {
        let mut container = Map::new();
        let name = *self.rng.choice(&NAMES).unwrap();
        container.insert("name".into(), self.nearly(name));
        if !self.is_odd() || self.rng.bool() {
            let context = self.container_security_context();
            container.insert("securityContext".into(), context);
        }
        self.maybe(&mut container, "ports", |pods| {
            let port = |pods: &mut Self| {
                let host = *pods.rng.choice(&[0, 80, 8080]).unwrap();
                let host = pods.nearly(host);
                pods.nearly(json!({"containerPort": 80, "hostPort": host}))
            };
            let ports: Vec<Value> = (0..pods.rng.usize(..3)).map(|_| port(pods)).collect();
            pods.nearly(ports)
        });
        for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
            self.maybe(&mut container, probe, Self::handler);
        }
        self.maybe(&mut container, "lifecycle", |pods| {
            let mut lifecycle = Map::new();
            for name in ["postStart", "preStop"] {
                pods.maybe(&mut lifecycle, name, Self::handler);
            }
            pods.nearly(lifecycle)
        });
        let container = Value::Object(container);
        self.nearly(container)
    }

    fn handler(&mut self) -> Value {
        let action = self.word("httpGet tcpSocket exec grpc");
        let mut call = Map::from_iter([("port".to_owned(), json!(80))]);
        if self.rng.bool() {
            let host = self.word("10.0.0.1 example.com localhost");
            call.insert("host".into(), self.nearly(host));
        }
        let call = self.nearly(call);
        self.nearly(json!({action: call}))
    }

    fn container_security_context(&mut self) -> Value {
        let mut context = Map::new();
        self.common_context(&mut context);
        if !self.is_odd() {
            context.insert("allowPrivilegeEscalation".into(), self.nearly(false));
        }
        self.maybe(&mut context, "allowPrivilegeEscalation", Self::bool);
        self.maybe(&mut context, "privileged", Self::bool);
        self.maybe(&mut context, "procMount", |pods| {
            let mount = pods.word("Default Unmasked default");
            pods.nearly(mount)
        });
        if !self.is_odd() {
            context.insert("capabilities".into(), json!({"drop": ["ALL"]}));
        }
        self.maybe(&mut context, "capabilities", |pods| {
            let mut capabilities = Map::new();
            for list in ["add", "drop"] {
                pods.maybe(&mut capabilities, list, |pods| {
                    let one = |pods: &mut Self| {
                        let name = pods.word(CAPABILITIES);
                        pods.nearly(name)
                    };
                    let names: Vec<Value> = (0..pods.rng.usize(..4)).map(|_| one(pods)).collect();
                    pods.nearly(names)
                });
            }
            pods.nearly(capabilities)
        });
        self.nearly(context)
    }
}
