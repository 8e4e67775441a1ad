//! Refusals brought about on purpose are told apart, and leave loopback as it was.

use wire::{Cause, Step};

use crate::process::{User, lab_or_skip, run, users};

#[test]
fn refusals_name_step_errno_and_cause() {
    for user in users() {
        if !lab_or_skip(user) {
            continue;
        }
        // What has CAP_SYS_ADMIN does without a user namespace, and is refused a step later.
        let by_seccomp = match user {
            User::Ours if users().len() == 2 => Step::NetNamespace,
            _ => Step::UserNamespace,
        };
        let cases = [
            ("threads", Step::UserNamespace, 22, Cause::Threads),
            ("seccomp", by_seccomp, 1, Cause::Seccomp),
            ("net-limit", Step::NetNamespace, 28, Cause::NetLimit),
        ];
        for (how, step, errno, cause) in cases {
            let (refusal, loopback) = refused(user, how);
            let refusal = refusal.unwrap();
            let got = (refusal.step, refusal.errno, refusal.cause);
            assert_eq!(got, (step, Some(errno), cause), "{how} as {user:?}");
            assert!(loopback, "{how} as {user:?} breaks loopback");
            let said = refusal.to_string();
            assert!(
                said.contains('(') && said.starts_with("no lab here: "),
                "{said}"
            );
            assert!(refusal.remedy().len() > 20);
        }
        let output = run(user, &["--refused", "capabilities"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(
            said.trim(),
            "NetNamespace Some(1) Capabilities\nloopback works",
            "as {user:?}"
        );
        limit_of_user_namespaces(user);
    }
}

/// Root does without a user namespace of its own; an ordinary user is refused.
fn limit_of_user_namespaces(user: User) {
    let (refusal, loopback) = refused(user, "user-limit");
    match (user, refusal) {
        (User::Ours, None) if users().len() == 2 => {}
        (_, Some(refusal)) => {
            let got = (refusal.step, refusal.errno, refusal.cause);
            assert_eq!(got, (Step::UserNamespace, Some(28), Cause::UserLimit));
            assert!(
                refusal.to_string().ends_with("failed with ENOSPC (28)"),
                "{refusal}"
            );
            assert!(refusal.remedy().contains("user.max_user_namespaces"));
        }
        (user, None) => panic!("{user:?} got a lab"),
    }
    assert!(loopback, "user-limit as {user:?} breaks loopback");
}

fn refused(user: User, how: &str) -> (Option<wire::Refusal>, bool) {
    let output = run(user, &["--refused", how]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let answer = wire::probe::read(&said).unwrap_or_else(|| panic!("{how}: {output:?}"));
    (answer.err(), said.contains("loopback works"))
}
