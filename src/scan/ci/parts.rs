//! Which deployments are of one piece of software among several.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::facts::{Deploy, DeployedBy, PathClass};
use super::super::paths::{folder, may_be_dockerfile};
use super::super::source::Listed;
use super::super::tables::CiTable;

/// Tells which deployments are of one piece of software, where others are there that the same platform is not given.
pub(super) fn tell(deploys: &mut [Deploy], files: &[Listed], table: &CiTable) {
    if deploys.iter().all(|deploy| deploy.folder.is_none()) {
        return;
    }
    let pieces = pieces(files, table);
    let mut given: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for deploy in deploys.iter_mut() {
        deploy.folder = deploy.folder.take().map(|folder| about(&folder, &pieces).to_owned());
        if let Some(folder) = &deploy.folder {
            let of_target = given.entry(deploy.target.clone()).or_default();
            if deploy.by == DeployedBy::Pipeline && deploy.class == PathClass::Main {
                of_target.insert(folder.clone());
            }
        }
    }
    let is_beside = |folder: &str| {
        let is_one = |part: &str| part.starts_with('.') || table.beside.iter().any(|beside| beside == part);
        folder.split('/').any(is_one)
    };
    let others = given.iter().map(|(target, given)| {
        let is_other = |piece: &str| !around(piece).any(|folder| given.contains(folder)) && !is_beside(piece);
        (target.as_str(), Others::of(pieces.iter().filter(|(piece, _)| is_other(piece))))
    });
    let others: BTreeMap<&str, Others> = others.collect();
    for deploy in deploys {
        let Some(folder) = &deploy.folder else { continue };
        let is_piece = pieces.contains_key(folder.as_str());
        deploy.is_part =
            is_piece && others.get(deploy.target.as_str()).is_some_and(|others| others.are_beside(folder));
        if deploy.is_part && is_beside(folder) {
            deploy.class = PathClass::Development;
        }
    }
}

/// The folders of pieces of software, and whether an image is made of each.
fn pieces<'f>(files: &'f [Listed], table: &CiTable) -> BTreeMap<&'f str, bool> {
    let mut pieces = BTreeMap::new();
    for file in files.iter().filter(|file| file.class == PathClass::Main) {
        let is_image = may_be_dockerfile(file.name());
        if is_image || table.software.iter().any(|name| name == file.name()) {
            *pieces.entry(folder(&file.path)).or_default() |= is_image;
        }
    }
    pieces
}

/// The piece that a folder is about: manifests lie in a folder of what they are about.
fn about<'p>(path: &'p str, pieces: &BTreeMap<&str, bool>) -> &'p str {
    around(path).find(|folder| !folder.is_empty() && pieces.contains_key(folder)).unwrap_or(path)
}

/// A folder and all that it lies in, the outermost last.
fn around(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(path), |path| (!path.is_empty()).then(|| folder(path)))
}

/// The pieces that a platform is not given.
#[derive(Default)]
struct Others<'p> {
    images: usize,
    /// How many of the images lie in each folder, however deep.
    images_in: HashMap<&'p str, usize>,
    /// The pieces that lie in each folder themselves.
    directly_in: HashMap<&'p str, BTreeSet<&'p str>>,
}

impl<'p> Others<'p> {
    fn of<'a>(pieces: impl Iterator<Item = (&'a &'p str, &'a bool)>) -> Self
    where
        'p: 'a,
    {
        let mut others = Self::default();
        for (piece, is_image) in pieces {
            if *is_image {
                others.images += 1;
                around(piece).for_each(|folder| *others.images_in.entry(folder).or_default() += 1);
            }
            if !piece.is_empty() {
                others.directly_in.entry(folder(piece)).or_default().insert(piece);
            }
        }
        others
    }

    /// Whether one lies beside a folder, or is an image anywhere outside of it.
    fn are_beside(&self, path: &str) -> bool {
        let siblings = self.directly_in.get(folder(path));
        self.images > self.images_in.get(path).copied().unwrap_or_default()
            || siblings.is_some_and(|siblings| siblings.iter().any(|piece| *piece != path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others<'p>(pieces: &[(&'p str, bool)]) -> Others<'p> {
        Others::of(pieces.iter().map(|(piece, is_image)| (piece, is_image)))
    }

    #[test]
    fn what_lies_beside_a_folder_or_is_an_image_elsewhere_is_another_piece() {
        assert!(others(&[("apps/api", false)]).are_beside("apps/web"));
        assert!(others(&[("tools/x", true)]).are_beside("apps/web"));
        assert!(!others(&[("tools/x", false)]).are_beside("apps/web"));
        assert!(!others(&[("apps/web", true), ("apps/web/jobs", true)]).are_beside("apps/web"));
        assert!(!others(&[]).are_beside("web"));
    }
}
