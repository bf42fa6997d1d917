//! Which processes have some memory: their descriptors and mappings, as `/proc` shows them.
//!
//! For people who ask who still holds a buffer. It says nothing about descriptors that are on their
//! way between two processes, and only processes that the caller might trace can be looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, makedev};
use rustix::param::clock_ticks_per_second;
use rustix::time::{ClockId, clock_gettime};

use crate::handle::VmoIdentity;
use crate::time::monotonic_now;

/// What processes have of the memory that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sightings {
    /// In the order of process ids.
    pub found: Vec<Sighting>,
    /// Processes that the caller may not look at. Those of the kernel do not count.
    pub hidden: BTreeSet<u32>,
}

/// What one process has of one piece of memory. At least one of the lists is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The process.
    pub pid: u32,
    /// The memory.
    pub memory: VmoIdentity,
    /// Its descriptors, in the order of their numbers.
    pub descriptors: Vec<Descriptor>,
    /// Its mappings, in the order of their addresses.
    pub mappings: Vec<Mapped>,
}

/// A descriptor of another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its number there.
    pub number: u32,
    /// It was opened for writing.
    pub writable: bool,
}

/// A mapping in another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// How many bytes are mapped.
    pub size_bytes: u64,
    /// It can be written now.
    pub writable: bool,
}

/// Looks for memory in all processes that there are.
///
/// # Errors
///
/// When `/proc` cannot be listed.
pub fn find_memory(wanted: &BTreeSet<VmoIdentity>) -> io::Result<Sightings> {
    let mut pids: Vec<u32> = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    let mut sightings = Sightings::default();
    for pid in pids {
        match look_at(pid, wanted) {
            Ok(found) => sightings.found.extend(found),
            // Processes of the kernel have no command line, and nor have those that are ending.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                let is_program = !read(pid, "cmdline").unwrap_or_default().is_empty();
                sightings.hidden.extend(is_program.then_some(pid));
            }
            // It has ended in the meantime.
            Err(_) => {}
        }
    }
    Ok(sightings)
}

/// What the program of a process is called: the name of its file where it can be seen, else the name
/// that the kernel keeps, which the process can change. `None`: there is no such process.
pub fn program_of(pid: u32) -> Option<String> {
    let file = fs::read_link(format!("/proc/{pid}/exe")).ok();
    let name = file.as_deref().and_then(Path::file_name).and_then(|name| name.to_str());
    // The kernel adds this when the file was replaced.
    let name = name.map(|name| name.trim_end_matches(" (deleted)").to_owned());
    name.or_else(|| {
        let comm = read(pid, "comm").ok()?;
        Some(String::from_utf8_lossy(&comm).trim_end().to_owned())
    })
}

/// When a process was started, in nanoseconds of `CLOCK_MONOTONIC`, to about ten milliseconds. A
/// process that is younger than what is known of its id is another one. `None`: there is no such
/// process.
pub fn start_of(pid: u32) -> Option<i64> {
    let stat = read(pid, "stat").ok()?;
    // The name of the program stands in parentheses, and may have any bytes in it.
    let name_end = stat.iter().rposition(|byte| *byte == b')')?;
    let fields = str::from_utf8(stat.get(name_end + 1..)?).ok()?;
    let ticks: i64 = fields.split_ascii_whitespace().nth(STARTTIME)?.parse().ok()?;
    let ticks_per_second = i64::try_from(clock_ticks_per_second()).ok()?;
    let since_boot = ticks.checked_mul(1_000_000_000 / ticks_per_second.max(1))?;
    // Time in suspend counts for one clock and not for the other.
    let boot = clock_gettime(ClockId::Boottime);
    let suspended = boot.tv_sec * 1_000_000_000 + boot.tv_nsec - monotonic_now();
    Some(since_boot.saturating_sub(suspended))
}

/// Where the time of the start stands in `/proc/PID/stat`, counted from behind the name.
const STARTTIME: usize = 19;

fn look_at(pid: u32, wanted: &BTreeSet<VmoIdentity>) -> io::Result<Vec<Sighting>> {
    let mut found = BTreeMap::new();
    let none = |memory| Sighting { pid, memory, descriptors: Vec::new(), mappings: Vec::new() };
    for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
        let Ok(entry) = entry else { break };
        let number = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let (Some(number), Some((memory, writable))) = (number, memory_at(&entry.path()))
            && wanted.contains(&memory)
        {
            let sighting = found.entry(memory).or_insert_with(|| none(memory));
            sighting.descriptors.push(Descriptor { number, writable });
        }
    }
    let maps = read(pid, "maps")?;
    for line in maps.split(|byte| *byte == b'\n') {
        if let Some((memory, mapped)) = mapping_in(line)
            && wanted.contains(&memory)
        {
            found.entry(memory).or_insert_with(|| none(memory)).mappings.push(mapped);
        }
    }
    let mut found: Vec<_> = found.into_values().collect();
    for sighting in &mut found {
        sighting.descriptors.sort_unstable_by_key(|descriptor| descriptor.number);
    }
    Ok(found)
}

/// The memory that an entry of a `/proc/PID/fd` names, and whether it may be written through it.
/// Whatever else the entry names is not touched: it may be slow.
fn memory_at(entry: &Path) -> Option<(VmoIdentity, bool)> {
    let target = fs::read_link(entry).ok()?;
    let target = target.to_str()?;
    if !["/memfd:", "/dmabuf:", "/secretmem"].iter().any(|kind| target.starts_with(kind)) {
        return None;
    }
    let stat = rustix::fs::stat(entry).ok()?;
    // The bits of the link itself are the mode of the descriptor.
    let link = rustix::fs::statat(CWD, entry, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    let writable = link.st_mode & 0o200 != 0;
    Some((VmoIdentity { dev: stat.st_dev, ino: stat.st_ino }, writable))
}

/// A line of a `/proc/PID/maps`: `START-END PERMISSIONS OFFSET MAJOR:MINOR INODE PATH`.
fn mapping_in(line: &[u8]) -> Option<(VmoIdentity, Mapped)> {
    // The path is anybody's bytes; what stands before it is not.
    let end = line.len().min(MAPS_COLUMNS_MAX);
    let text = str::from_utf8(line.get(..end)?.utf8_chunks().next()?.valid().as_bytes()).ok()?;
    let mut columns = text.split_ascii_whitespace();
    let (start, end) = columns.next()?.split_once('-')?;
    let writable = columns.next()?.as_bytes().get(1) == Some(&b'w');
    let (major, minor) = columns.nth(1)?.split_once(':')?;
    let ino = columns.next()?.parse().ok().filter(|ino| *ino != 0)?;
    let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).ok());
    let [major, minor] = [major, minor].map(|number| u32::from_str_radix(number, 16).ok());
    let memory = VmoIdentity { dev: makedev(major?, minor?), ino };
    Some((memory, Mapped { size_bytes: end?.checked_sub(start?)?, writable }))
}

/// More than the columns of a line before the path take.
const MAPS_COLUMNS_MAX: usize = 128;

fn read(pid: u32, file: &str) -> io::Result<Vec<u8>> {
    fs::read(format!("/proc/{pid}/{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Mapping, Vmo};

    fn in_this_process(vmo: &Vmo) -> Vec<Sighting> {
        let wanted = BTreeSet::from([vmo.identity()]);
        let own = std::process::id();
        let found = find_memory(&wanted).unwrap().found.into_iter();
        found.filter(|sighting| sighting.pid == own).collect()
    }

    #[test]
    fn descriptors_and_mappings_of_memory_are_found() {
        let vmo = Vmo::create("a name (with) spaces", 8192).unwrap();
        let handle = vmo.reopen(Access::ReadOnly).unwrap();
        let mapping = Mapping::new(&handle, 4096, Access::ReadOnly).unwrap();
        let [sighting] = <[Sighting; 1]>::try_from(in_this_process(&vmo)).unwrap();
        let mut writable: Vec<_> = sighting.descriptors.iter().map(|one| one.writable).collect();
        writable.sort_unstable();
        assert_eq!(writable, [false, true]);
        assert_eq!(sighting.mappings, [Mapped { size_bytes: 4096, writable: false }]);
        drop(handle);
        let own = in_this_process(&vmo);
        assert_eq!((own[0].descriptors.len(), own[0].mappings.len()), (1, 1));
        drop(mapping);
        assert!(in_this_process(&vmo)[0].mappings.is_empty());
    }

    #[test]
    fn other_memory_is_not_found() {
        let (one, other) = (Vmo::create("one", 4096).unwrap(), Vmo::create("other", 4096).unwrap());
        let identity = other.identity();
        drop(other);
        assert!(!in_this_process(&one).is_empty());
        let found = find_memory(&BTreeSet::from([identity])).unwrap().found;
        assert!(found.iter().all(|sighting| sighting.pid != std::process::id()));
    }

    #[test]
    fn lines_of_maps_are_read_whatever_their_paths_are() {
        let line =
            b"7f0000000000-7f0000002000 rw-s 00001000 fd:1a 1234    /memfd:a b\xff (deleted)";
        let memory = VmoIdentity { dev: makedev(0xfd, 0x1a), ino: 1234 };
        let mapped = Mapped { size_bytes: 0x2000, writable: true };
        assert_eq!(mapping_in(line), Some((memory, mapped)));
        for line in ["", "7f00-7f01 rw-p 0 00:00 0 [heap]", "7f01-7f00 r--p 0 00:01 5", "x y z"] {
            assert_eq!(mapping_in(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_process_was_started_before_now_and_after_the_one_that_started_it() {
        let own = start_of(std::process::id()).unwrap();
        assert!(own < monotonic_now());
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let its = start_of(child.id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let tick = 1_000_000_000 / clock_ticks_per_second() as i64;
        // Each is known to a tick, and to the moment between two clocks being read.
        assert!((own - tick..=monotonic_now() + tick).contains(&its), "{own} {its}");
        assert_eq!(start_of(u32::MAX), None);
    }

    #[test]
    fn this_program_has_a_name_and_no_program_has_none() {
        assert!(program_of(std::process::id()).unwrap().starts_with("zx-"));
        assert_eq!(program_of(u32::MAX), None);
    }
}
