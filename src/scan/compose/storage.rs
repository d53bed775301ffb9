//! Where services keep data, and whether they reach for Docker itself.

use std::rc::Rc;

use super::super::facts::Place;
use super::super::yaml::Node;
use super::class;
use super::mount::Mount;
use super::paths::{join, name};
use super::service::{Reader, place};

impl Reader<'_> {
    fn mounts(&self, node: &Node) -> Vec<(Mount, Rc<Node>)> {
        let items = node.get("volumes").map(|volumes| volumes.node.items()).unwrap_or_default();
        let mount = |item: Rc<Node>| {
            let setting = self.project.setting(&item.mark);
            Some((Mount::of(&item)?.resolved(&setting.variables), item))
        };
        items.into_iter().filter_map(mount).collect()
    }

    pub(super) fn docker_socket(&self, node: &Node) -> Option<Place> {
        let mounts = self.mounts(node);
        mounts.iter().find(|(mount, _)| mount.is_docker_socket()).map(|(_, item)| place(&item.mark))
    }

    pub(super) fn keeps_data(&self, node: &Node) -> Option<Place> {
        let mounts = self.mounts(node);
        let keeps = |(mount, item): &&(Mount, Rc<Node>)| {
            self.is_data(mount, &self.project.setting(&item.mark).folder)
        };
        mounts.iter().find(keeps).map(|(_, item)| place(&item.mark))
    }

    /// A mount keeps data if it can be written and is not a file or folder of the repository or of the system.
    fn is_data(&self, mount: &Mount, folder: &str) -> bool {
        let scratch = &self.tables.compose.scratch_targets;
        let is_scratch = scratch.iter().any(|target| target == name(mount.target.trim_end_matches('/')));
        if mount.read_only
            || mount.passing
            || mount.source.is_empty()
            || mount.is_docker_socket()
            || is_scratch
            || self.is_remote(mount)
        {
            return false;
        }
        !mount.is_bind() || !(mount.is_of_system() || mount.is_file() || self.is_source(mount, folder))
    }

    /// Whether a volume lies on another machine, as those of NFS do.
    fn is_remote(&self, mount: &Mount) -> bool {
        let known = &self.tables.compose.remote_volumes;
        if mount.is_bind() {
            let mut folders = mount.source.split('/');
            return mount.source.starts_with('/')
                && folders.any(|folder| known.iter().any(|known| known == folder));
        }
        let Some(volume) = self.project.volumes.get(mount.source.as_str()) else { return false };
        let said = |path: &[&str]| Some(volume.node.at(path)?.node.text()?.to_ascii_lowercase());
        let is_known = |name: String| known.iter().any(|known| class::matches(known, &name));
        said(&["driver"]).is_some_and(is_known)
            || said(&["driver_opts", "type"]).is_some_and(is_known)
            || said(&["driver_opts", "device"])
                .is_some_and(|device| device.starts_with(':') || device.starts_with("//"))
            || said(&["driver_opts", "o"]).is_some_and(|options| options.contains("addr="))
    }

    /// Whether code or settings of the repository are mounted. A folder that is there and is called after data may have
    /// been made by Docker.
    fn is_source(&self, mount: &Mount, folder: &str) -> bool {
        let Some(path) = join(folder, &mount.source) else { return false };
        let targets = &self.tables.compose.code_targets;
        let is_below =
            |target: &String| mount.target.strip_prefix(target.as_str()).is_some_and(is_end_of_name);
        let is_code = targets.iter().any(is_below) && !self.speaks_of_data(&mount.target);
        let is_there = self.library.has_folder(&path) && !self.speaks_of_data(&path);
        is_code || is_there || path.is_empty() || self.library.has_listed(&path)
    }

    fn speaks_of_data(&self, path: &str) -> bool {
        let last = name(path.trim_end_matches('/')).to_ascii_lowercase();
        let known = &self.tables.compose.data_words;
        class::words(&last).iter().any(|word| known.iter().any(|known| known == word))
    }
}

fn is_end_of_name(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}
