//! Commands as data, with their whole output, and the examples of the README.

#[test]
fn commands_print_what_their_files_say() {
    trycmd::TestCases::new()
        .env("SOURCE_DATE_EPOCH", "1795392000")
        .env("LC_ALL", "C.UTF-8")
        .case("tests/commands/*.toml")
        .case("tests/commands/*.trycmd")
        .case("README.md")
        .run();
}
