//! Where the driver is: a socket, or a directory with one for each instance (`sysmem1.md` 7.1).

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::path::{Path, PathBuf};

use zx::{Channel, DirectoryWatch, News};

use crate::limits::MAX_NODES;

/// A path that is, or will be, a socket or a directory of sockets.
#[derive(Debug)]
pub(super) struct Node(PathBuf);

/// A watch for a node to appear.
#[derive(Debug)]
pub(super) struct NodeWatch {
    directory: PathBuf,
    watch: DirectoryWatch,
}

impl Node {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Connects to the first socket that accepts, in the order of names; one that refuses is
    /// skipped.
    pub(super) fn connect(&self) -> Option<(PathBuf, Channel)> {
        self.candidates().into_iter().find_map(|path| match zx::connect(&path) {
            Ok(connection) => Some((path, connection)),
            Err(error) => {
                tracing::debug!(%error, "a node of the driver is skipped");
                None
            }
        })
    }

    fn candidates(&self) -> Vec<PathBuf> {
        let Ok(entries) = self.0.read_dir() else { return vec![self.0.clone()] };
        // What begins with a dot is on its way to another name, or a lock.
        let is_hidden = |path: &Path| {
            path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."))
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let mut paths: Vec<PathBuf> = paths.filter(|path| !is_hidden(path)).collect();
        paths.sort();
        paths.truncate(MAX_NODES);
        paths
    }

    /// The directory in which something happens when the driver comes.
    fn directory(&self) -> &Path {
        match self.0.parent() {
            _ if self.0.is_dir() => &self.0,
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        }
    }
}

impl NodeWatch {
    /// # Errors
    ///
    /// When the directory is not there either, or the kernel has no watch left.
    pub(super) fn new(node: &Node) -> io::Result<Self> {
        let directory = node.directory().to_owned();
        let watch = DirectoryWatch::new(&directory)?;
        Ok(Self { directory, watch })
    }

    /// Whether it watches where the node would appear now.
    pub(super) fn is_for(&self, node: &Node) -> bool {
        self.directory == node.directory()
    }

    /// Reads what there is to tell; whether there will be more.
    pub(super) fn drain(&mut self) -> bool {
        matches!(self.watch.read(), Ok(News::None | News::Appeared))
    }
}

impl AsRawFd for NodeWatch {
    fn as_raw_fd(&self) -> RawFd {
        self.watch.as_raw_fd()
    }
}
