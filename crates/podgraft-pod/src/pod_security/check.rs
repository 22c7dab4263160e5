//! [`PodSecurityCheck`]: one entry of the table of checks.

use super::{
    checks::{
        allow_privilege_escalation, app_armor_profile, capabilities_baseline, capabilities_restricted,
        host_namespaces, host_path_volumes, host_ports, host_probes, privileged, proc_mount,
        restricted_volumes, run_as_non_root, run_as_user, se_linux_options, seccomp_baseline,
        seccomp_restricted, sysctls, windows_host_process,
    },
    inspected_pod::InspectedPod,
    offending_field::OffendingField,
    standard::{PodSecurityLevel, PodSecurityStandard},
};

/// Judges a pod: the fields for which a check refuses it.
pub(super) type Judge = fn(&InspectedPod<'_>) -> Vec<OffendingField>;

/// A check, which says more from version to version.
pub(super) struct PodSecurityCheck {
    /// Its name, as the library has it.
    pub(super) id: &'static str,
    /// The lowest level that has it.
    pub(super) level: PodSecurityLevel,
    /// From which minor version on it judges how, oldest first.
    pub(super) versions: &'static [(u64, Judge)],
    /// The check of level baseline that it replaces, of its own first version on.
    pub(super) replaces: Option<&'static str>,
}

impl PodSecurityCheck {
    /// How it judges in this minor version; `None` where there is no such check yet.
    fn judge(&self, minor: u64) -> Option<Judge> {
        self.versions.iter().rev().find(|(since, _)| *since <= minor).map(|(_, judge)| *judge)
    }
}

/// The checks of a standard, each with how it judges, in the order in which the API server names them.
pub(super) fn applicable(
    standard: PodSecurityStandard,
) -> impl Iterator<Item = (&'static PodSecurityCheck, Judge)> {
    let minor = standard.version.minor();
    let of_standard = move |check: &&PodSecurityCheck| check.level <= standard.level;
    let is_replaced = move |id: &str| {
        let replaces = |other: &PodSecurityCheck| other.replaces == Some(id) && other.judge(minor).is_some();
        TABLE.iter().filter(of_standard).any(replaces)
    };
    TABLE
        .iter()
        .filter(of_standard)
        .filter(move |check| !is_replaced(check.id))
        .filter_map(move |check| Some((check, check.judge(minor)?)))
}

/// All checks: those of baseline first, each level's by id.
///
/// # Source
/// `k8s.io/pod-security-admission` v0.37.2, `policy/check_*.go`: `MinimumVersion` and `OverrideCheckIDs`.
pub(super) static TABLE: [PodSecurityCheck; 19] = {
    use PodSecurityLevel::{Baseline, Restricted};
    const fn check(
        id: &'static str,
        level: PodSecurityLevel,
        versions: &'static [(u64, Judge)],
        replaces: Option<&'static str>,
    ) -> PodSecurityCheck {
        PodSecurityCheck { id, level, versions, replaces }
    }
    [
        check("appArmorProfile", Baseline, &[(0, app_armor_profile::judge)], None),
        check("capabilities_baseline", Baseline, &[(0, capabilities_baseline::judge)], None),
        check("hostNamespaces", Baseline, &[(0, host_namespaces::judge)], None),
        check("hostPathVolumes", Baseline, &[(0, host_path_volumes::judge)], None),
        check("hostPorts", Baseline, &[(0, host_ports::judge)], None),
        check("hostProbesAndHostLifecycle", Baseline, &[(34, host_probes::judge)], None),
        check("privileged", Baseline, &[(0, privileged::judge)], None),
        check("procMount", Baseline, &[(0, proc_mount::judge), (35, proc_mount::judge_1_35)], None),
        check(
            "seLinuxOptions",
            Baseline,
            &[(0, se_linux_options::judge), (31, se_linux_options::judge_1_31)],
            None,
        ),
        check(
            "seccompProfile_baseline",
            Baseline,
            &[(0, seccomp_baseline::judge_annotations), (19, seccomp_baseline::judge)],
            None,
        ),
        check(
            "sysctls",
            Baseline,
            &[
                (0, sysctls::judge::<0>),
                (27, sysctls::judge::<27>),
                (29, sysctls::judge::<29>),
                (32, sysctls::judge::<32>),
                (37, sysctls::judge::<37>),
            ],
            None,
        ),
        check("windowsHostProcess", Baseline, &[(0, windows_host_process::judge)], None),
        check(
            "allowPrivilegeEscalation",
            Restricted,
            &[(8, allow_privilege_escalation::judge), (25, allow_privilege_escalation::judge_1_25)],
            None,
        ),
        check(
            "capabilities_restricted",
            Restricted,
            &[(22, capabilities_restricted::judge), (25, capabilities_restricted::judge_1_25)],
            Some("capabilities_baseline"),
        ),
        check("procMount_restricted", Restricted, &[(35, proc_mount::judge)], Some("procMount")),
        check("restrictedVolumes", Restricted, &[(0, restricted_volumes::judge)], Some("hostPathVolumes")),
        check(
            "runAsNonRoot",
            Restricted,
            &[(0, run_as_non_root::judge), (35, run_as_non_root::judge_1_35)],
            None,
        ),
        check("runAsUser", Restricted, &[(23, run_as_user::judge), (35, run_as_user::judge_1_35)], None),
        check(
            "seccompProfile_restricted",
            Restricted,
            &[(19, seccomp_restricted::judge), (25, seccomp_restricted::judge_1_25)],
            Some("seccompProfile_baseline"),
        ),
    ]
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_newest_versions_are_known() {
        let order = |check: &PodSecurityCheck| (check.level, check.id);
        assert!(TABLE.is_sorted_by_key(order));
        for check in &TABLE {
            assert!(check.versions.is_sorted_by_key(|(since, _)| *since), "{}", check.id);
            let newest = check.versions.last().unwrap().0;
            assert!(newest <= super::super::PolicyVersion::newest().minor(), "{}", check.id);
            let replaced = check.replaces.map(|id| TABLE.iter().find(|other| other.id == id).unwrap());
            assert!(replaced.is_none_or(|other| other.level < check.level), "{}", check.id);
        }
    }
}
