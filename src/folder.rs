//! A folder of a stranger, opened once: everything in it is opened through its handle, so that no link in it, and nothing
//! that is exchanged while it is read, can lead out of it.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType, OpenOptions};

/// An open folder. Paths are relative to it, with `/` between their parts.
#[derive(Debug)]
pub(crate) struct Folder(Dir);

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    File,
    Link,
    /// A pipe, a socket, a device.
    Other,
}

#[cfg(unix)]
impl From<rustix::fs::FileType> for Kind {
    fn from(found: rustix::fs::FileType) -> Self {
        use rustix::fs::FileType;
        match found {
            FileType::Directory => Self::Folder,
            FileType::RegularFile => Self::File,
            FileType::Symlink => Self::Link,
            _ => Self::Other,
        }
    }
}

impl From<FileType> for Kind {
    fn from(found: FileType) -> Self {
        match found {
            found if found.is_dir() => Self::Folder,
            found if found.is_file() => Self::File,
            found if found.is_symlink() => Self::Link,
            _ => Self::Other,
        }
    }
}

/// Where a link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Leads {
    Inside,
    Outside,
    Nowhere,
}

/// Whether the last part of a path may be a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Links {
    /// They are followed as long as they stay in the folder.
    Followed,
    Refused,
}

/// Something in a folder.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) name: OsString,
    pub(crate) kind: Kind,
}

impl Folder {
    /// Opens a folder by its path, through whatever links its owner has put there.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        Dir::open_ambient_dir(path, ambient_authority()).map(Self)
    }

    /// Opens a folder in this one, which is no link.
    pub(crate) fn folder(&self, name: &str) -> io::Result<Self> {
        self.0.open_dir_nofollow(name).map(Self)
    }

    /// A path that leads through the open handle, for a library that takes only paths: whatever is exchanged meanwhile, it
    /// stays in this folder. Nothing where the system has no such paths.
    pub(crate) fn path_of_handle(&self) -> Option<PathBuf> {
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let path = PathBuf::from(format!("/proc/self/fd/{}/.", self.0.as_raw_fd()));
            path.exists().then_some(path)
        }
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// What is in a folder (`.` for this one), as it comes.
    #[cfg(unix)]
    pub(crate) fn list(&self, path: &str) -> io::Result<impl Iterator<Item = io::Result<Item>> + use<>> {
        use std::os::unix::ffi::OsStringExt;

        use cap_std::fs::OpenOptionsExt;
        use rustix::fs::{AtFlags, FileType, OFlags};

        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlags::DIRECTORY.bits().cast_signed());
        // Its own handle is read: the iterator of the library opens a folder once more for each listing.
        let mut entries = rustix::fs::Dir::new(self.0.open_with(path, &options)?)?;
        let next = move || {
            let entry = entries.read()?;
            Some(entry.map_err(io::Error::from).and_then(|entry| {
                let kind = match entry.file_type() {
                    // Some file systems do not tell the kind in the listing.
                    FileType::Unknown => {
                        let found =
                            rustix::fs::statat(entries.fd()?, entry.file_name(), AtFlags::SYMLINK_NOFOLLOW)?;
                        FileType::from_raw_mode(found.st_mode)
                    }
                    kind => kind,
                };
                Ok(Item {
                    name: OsString::from_vec(entry.file_name().to_bytes().to_vec()),
                    kind: kind.into(),
                })
            }))
        };
        let is_dot =
            |item: &io::Result<Item>| item.as_ref().is_ok_and(|item| item.name == "." || item.name == "..");
        Ok(std::iter::from_fn(next).filter(move |item| !is_dot(item)))
    }

    /// What is in a folder (`.` for this one), as it comes.
    #[cfg(not(unix))]
    pub(crate) fn list(&self, path: &str) -> io::Result<impl Iterator<Item = io::Result<Item>> + use<>> {
        let entries = self.0.read_dir(path)?;
        Ok(entries.map(|entry| {
            let entry = entry?;
            Ok(Item { name: entry.file_name(), kind: entry.file_type()?.into() })
        }))
    }

    /// What is at a path, a link not followed, and how many bytes it has; nothing where there is nothing.
    pub(crate) fn look(&self, path: &str) -> Option<(Kind, u64)> {
        self.0.symlink_metadata(path).ok().map(|found| (found.file_type().into(), found.len()))
    }

    /// Where the link at a path leads, told without looking outside.
    pub(crate) fn leads(&self, path: &str) -> Leads {
        match self.0.metadata(path) {
            Ok(_) => Leads::Inside,
            Err(error) if led_out(&error) => Leads::Outside,
            Err(_) => Leads::Nowhere,
        }
    }

    /// The target of a link as it is written.
    pub(crate) fn target(&self, path: &str) -> Option<PathBuf> {
        self.0.read_link_contents(path).ok()
    }

    /// Opens a file for reading; it may turn out to be something else.
    pub(crate) fn file(&self, path: impl AsRef<Path>, links: Links) -> io::Result<File> {
        let mut options = OpenOptions::new();
        // A pipe without a writer would keep the program waiting.
        options.read(true).nonblock(true);
        if links == Links::Refused {
            options.follow(FollowSymlinks::No);
        }
        self.0.open_with(path, &options).map(cap_std::fs::File::into_std)
    }

    /// The bytes of a regular file of at most so many, whatever has become of it since it was seen; else why not.
    pub(crate) fn read(&self, path: &str, most: u64, links: Links) -> Result<Vec<u8>, String> {
        let file = self.file(path, links).map_err(|error| match self.look(path) {
            Some((Kind::Link, _)) if links == Links::Refused => "it is a link".to_owned(),
            _ => said(&error),
        })?;
        let found = file.metadata().map_err(|error| said(&error))?;
        if !found.is_file() {
            return Err(NO_FILE.to_owned());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found.len().min(most)).unwrap_or(0) + 1);
        if found.len() <= most {
            file.take(most + 1).read_to_end(&mut bytes).map_err(|error| said(&error))?;
        }
        if found.len().max(bytes.len() as u64) > most {
            return Err(format!("it is larger than {}", in_units(most)));
        }
        Ok(bytes)
    }
}

/// Why something that is no file is not read.
pub(crate) const NO_FILE: &str = "it is no regular file";
/// Why a link is not followed.
pub(crate) const LEADS_OUT: &str = "it is a link that leads out of the folder";

/// Whether a path begins where the program runs, and goes down only.
pub(crate) fn is_from_here(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// What the system says, without its number.
pub(crate) fn said(error: &io::Error) -> String {
    match error.kind() {
        _ if led_out(error) => LEADS_OUT.to_owned(),
        io::ErrorKind::PermissionDenied => "permission is denied".to_owned(),
        io::ErrorKind::NotFound => "it is gone".to_owned(),
        _ => error.to_string(),
    }
}

/// Whether it was the handle that refused, not the system: only that has no number.
pub(crate) fn led_out(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none()
}

/// A limit in the unit in which people know it.
pub(crate) fn in_units(bytes: u64) -> String {
    if bytes >= 1 << 20 { format!("{} MiB", bytes >> 20) } else { format!("{} KiB", bytes >> 10) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_is_read_from_outside() -> io::Result<()> {
        let outside = tempfile::tempdir()?;
        std::fs::write(outside.path().join("secret"), "s")?;
        let inside = tempfile::tempdir()?;
        std::fs::create_dir(inside.path().join("a"))?;
        std::fs::write(inside.path().join("a/file"), "f")?;
        symlink(outside.path(), inside.path().join("out"))?;
        symlink("a/file", inside.path().join("link"))?;
        symlink("nowhere", inside.path().join("gone"))?;
        let folder = Folder::open(inside.path())?;
        let read = |path| folder.read(path, 10, Links::Followed);
        assert_eq!(read("a/file"), Ok(b"f".to_vec()));
        assert_eq!(read("link"), Ok(b"f".to_vec()));
        assert_eq!(folder.read("link", 10, Links::Refused), Err("it is a link".to_owned()));
        assert_eq!(read("out/secret"), Err(LEADS_OUT.to_owned()));
        assert_eq!(read("../x"), Err(LEADS_OUT.to_owned()));
        assert_eq!(folder.read("a/file", 0, Links::Refused), Err("it is larger than 0 KiB".to_owned()));
        assert_eq!(read("a"), Err(NO_FILE.to_owned()));
        assert!(folder.list("out").is_err_and(|error| led_out(&error)));
        assert_eq!(
            ["out", "link", "gone"].map(|path| folder.leads(path)),
            [Leads::Outside, Leads::Inside, Leads::Nowhere]
        );
        Ok(())
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_path_of_a_handle_leads_to_what_was_opened() -> io::Result<()> {
        let inside = tempfile::tempdir()?;
        let at = |name: &str| inside.path().join(name);
        std::fs::create_dir(at("a"))?;
        std::fs::write(at("a/file"), "f")?;
        let folder = Folder::open(inside.path())?;
        let own = folder.folder("a")?;
        std::fs::rename(at("a"), at("b"))?;
        symlink("/", at("a"))?;
        let path = own.path_of_handle().ok_or(io::ErrorKind::NotFound)?;
        assert_eq!(std::fs::read(path.join("file"))?, b"f");
        assert!(folder.folder("a").is_err());
        Ok(())
    }
}
