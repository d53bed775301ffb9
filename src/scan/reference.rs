//! References of images.

/// The reference without the scheme of an address and without a name and password before the registry.
pub(crate) fn without_credentials(reference: &str) -> String {
    let reference = reference.split_once("://").map_or(reference, |(_, rest)| rest);
    match reference.split_once('/') {
        Some((registry, rest)) => {
            let host = registry.rsplit_once('@').map_or(registry, |(_, host)| host);
            format!("{host}/{rest}")
        }
        None => reference.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_password_are_left_out_and_a_digest_stays() {
        assert_eq!(without_credentials("user:pw@registry.example/app:1"), "registry.example/app:1");
        assert_eq!(without_credentials("https://user:pw@registry.example/app"), "registry.example/app");
        assert_eq!(without_credentials("team/app@sha256:abc"), "team/app@sha256:abc");
        assert_eq!(without_credentials("postgres@sha256:abc"), "postgres@sha256:abc");
    }
}
