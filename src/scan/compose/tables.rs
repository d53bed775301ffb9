//! What is known about compose files beyond their format: the tables `[compose]` and `[[image]]` of `rules/scan.toml`.

use serde::{Deserialize, Serialize};

use crate::facts::ServiceClass;

/// All that the reader of compose files takes from the rules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct ComposeTables {
    /// Names and words.
    pub(crate) compose: Words,
    /// What images are for.
    pub(crate) image: Vec<Meaning>,
}

impl Words {
    /// The place of a file's name among the default ones, those first that Docker prefers; in any case of its letters.
    pub(crate) fn default_rank(&self, name: &str) -> Option<usize> {
        self.default_names.iter().position(|default| default.eq_ignore_ascii_case(name))
    }
}

/// The table `[compose]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Words {
    /// The names that Docker looks for by itself, in its order of preference.
    pub(crate) default_names: Vec<String>,
    /// Endings of the names of files from which a compose file is made.
    pub(crate) template_endings: Vec<String>,
    /// Files with values for interpolation, in the order of preference.
    pub(crate) env_files: Vec<String>,
    /// Files that start something (`*` at either end stands for anything): they can hold commands with lists of files.
    pub(crate) command_files: Vec<String>,
    /// Files that tell how to.
    pub(crate) guide_files: Vec<String>,
    /// What deployments lead to (`[[ci.deploy]]`) that start such files on a server.
    pub(crate) on_servers: Vec<String>,
    /// Commands that take such lists.
    pub(crate) commands: Vec<String>,
    /// Words of a file's name that make it one for tests.
    pub(crate) test_words: Vec<String>,
    /// Words of a file's name that make it one of former times.
    pub(crate) legacy_words: Vec<String>,
    /// Words of a file's name that make it one for development.
    pub(crate) development_words: Vec<String>,
    /// Words of a file's name that make it one that shows something.
    pub(crate) example_words: Vec<String>,
    /// Files of generators of sites, beside which lies documentation.
    pub(crate) documentation_files: Vec<String>,
    /// Words of a file's name that make it one for those who run the product.
    pub(crate) production_words: Vec<String>,
    /// Words of a file's name, at least one of which a file without a default name needs to be the main one by itself.
    pub(crate) compose_words: Vec<String>,
    /// Files that lie beside the sources of a product.
    pub(crate) source_files: Vec<String>,
    /// Words of the names of folders from which a product is run.
    pub(crate) deployment_folders: Vec<String>,
    /// Values of variables like `NODE_ENV` and targets or tags of builds that speak of development.
    pub(crate) development_values: Vec<String>,
    /// Phrases of the guide at the top by which what Compose runs is no deployment.
    pub(crate) development_phrases: Vec<String>,
    /// Top-level keys of other formats that also have `services`.
    pub(crate) foreign_keys: Vec<String>,
    /// Keys that make a mapping a service.
    pub(crate) service_keys: Vec<String>,
    /// Words of a variable's name that forbid to use its value.
    pub(crate) secret_words: Vec<String>,
    /// Words of a variable's name that make an image one's own: it stands for where one's images are.
    pub(crate) registry_words: Vec<String>,
    /// Words of such a name by which it stands for another way to the images of others.
    pub(crate) mirror_words: Vec<String>,
    /// Last words of the names of services that serve, whatever comes before.
    pub(crate) serving_words: Vec<String>,
    /// Kinds of software that an image stays when it is built on it with settings of one's own.
    pub(crate) wrapped_kinds: Vec<String>,
    /// Kinds of images that stay what they are, whatever is built on them.
    pub(crate) built_on_kinds: Vec<String>,
    /// Last words of names that say what a service does for others, and not which software it is.
    pub(crate) roles: Vec<String>,
    /// Names of the software of others that are ordinary words: one's own may be called so.
    pub(crate) ordinary_names: Vec<String>,
    /// Words that tell variants of one piece of software apart: what it is built on or for, and how.
    pub(crate) variant_words: Vec<String>,
    /// File systems and drivers of volumes that are on other machines.
    pub(crate) remote_volumes: Vec<String>,
    /// Ends of the names of settings, and of what prepares a database.
    pub(crate) settings_endings: Vec<String>,
    /// Starts of folders in which the images that many build on have their settings.
    pub(crate) settings_folders: Vec<String>,
    /// Profiles of what is started for a task and ends.
    pub(crate) task_profiles: Vec<String>,
    /// Images that only start a shell: without a command they end at once, and with volumes they hold these for others.
    pub(crate) bare_images: Vec<String>,
    /// Ports of containers at which no requests of the web come in.
    pub(crate) ports_of_others: Vec<u16>,
    /// Starts of labels that say when a service is run.
    pub(crate) schedule_labels: Vec<String>,
    /// Keys of services that are understood, or that change nothing here.
    pub(crate) known_keys: Vec<String>,
    /// Last parts of paths in containers at which nothing is kept that must last.
    pub(crate) scratch_targets: Vec<String>,
    /// Folders in containers that hold programs and settings; what is mounted there is no data.
    pub(crate) code_targets: Vec<String>,
    /// Words of the last part of a path that make it data all the same.
    pub(crate) data_words: Vec<String>,
    /// Devices that are accelerators, as `devices` names them.
    pub(crate) gpu_devices: Vec<String>,
    /// Devices that may be accelerators and serve other things as well.
    pub(crate) weak_gpu_devices: Vec<String>,
    /// What the names of services mean, those of auxiliary services first.
    pub(crate) service: Vec<Meaning>,
    /// What the words of commands mean.
    pub(crate) command: Vec<Meaning>,
    /// What services of one's own are by the images that they are built on and by their commands.
    pub(crate) own: Vec<Meaning>,
}

/// Names that mean the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Meaning {
    /// What such a service is for.
    pub(crate) class: ServiceClass,
    /// The kind within the class.
    pub(crate) kind: String,
    /// Whole names (`*` at either end stands for anything).
    #[serde(default)]
    pub(crate) names: Vec<String>,
    /// Words or patterns that mean it when a name ends with them: `db` in `app-db`, not in `db-api`.
    #[serde(default)]
    pub(crate) last_words: Vec<String>,
    /// Words that mean it wherever they stand in a name.
    #[serde(default)]
    pub(crate) words: Vec<String>,
}
