//! GPUs that services ask for, in every form.

use std::rc::Rc;

use super::super::facts::Gpu;
use super::super::yaml::{Entry, Node};
use super::class::matches;
use super::service::{Reader, at, is_empty, place};

impl Reader<'_> {
    /// The surest way in which a service asks for a GPU.
    pub(super) fn gpu(&self, node: &Node) -> Option<Gpu> {
        let found =
            |how: &str, entry: &Entry| Some(Gpu { how: how.to_owned(), weak: false, place: at(entry) });
        let reservations = node.at(&["deploy", "resources", "reservations"]);
        let part = |key: &str| reservations.and_then(|entry| entry.node.get(key));
        if let Some(devices) = part("devices").filter(|devices| devices.node.items().iter().any(is_gpu)) {
            return found("reservations.devices", devices);
        }
        if let Some(generic) = part("generic_resources").filter(|generic| names_gpu(generic)) {
            return found("reservations.generic_resources", generic);
        }
        if let Some(gpus) = node.get("gpus").filter(|gpus| !is_empty(&gpus.node)) {
            return found("gpus", gpus);
        }
        match node.get("runtime").filter(|runtime| self.text(runtime).as_deref() == Some("nvidia")) {
            Some(runtime) => found("runtime: nvidia", runtime),
            None => self.gpu_device(node),
        }
    }

    /// A device node handed to the container; a sure one goes before a weak one.
    fn gpu_device(&self, node: &Node) -> Option<Gpu> {
        let devices = node.get("devices")?.node.items();
        let sources = || devices.iter().filter_map(|item| Some((device(item, &self.resolve(item))?, item)));
        let words = &self.tables.compose;
        [(&words.gpu_devices, false), (&words.weak_gpu_devices, true)].into_iter().find_map(
            |(known, weak)| {
                let (how, item) =
                    sources().find(|(source, _)| known.iter().any(|pattern| matches(pattern, source)))?;
                Some(Gpu { how, weak, place: place(&item.mark) })
            },
        )
    }
}

/// Whether a reserved device has the capability or the driver of a GPU.
fn is_gpu(device: &Rc<Node>) -> bool {
    let capabilities = device.get("capabilities").map(|entry| entry.node.items()).unwrap_or_default();
    let is_capable =
        capabilities.iter().any(|capability| matches!(capability.text(), Some("gpu" | "nvidia" | "compute")));
    let driver = device.get("driver").and_then(|driver| driver.node.text());
    is_capable || matches!(driver, Some("nvidia" | "amdgpu" | "amd"))
}

fn names_gpu(generic: &Entry) -> bool {
    let kind = |item: &Rc<Node>| {
        let kind = item.at(&["discrete_resource_spec", "kind"])?.node.text()?.to_ascii_lowercase();
        Some(kind.contains("gpu"))
    };
    generic.node.items().iter().any(|item| kind(item) == Some(true))
}

/// The device outside of the container; `vendor/class=name` has no colon.
fn device(item: &Rc<Node>, resolved: &Option<String>) -> Option<String> {
    match resolved {
        Some(text) => text.split(':').next().map(str::to_owned),
        None => item.get("source")?.node.text().map(str::to_owned),
    }
}
