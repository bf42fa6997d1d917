//! System RAM: one sealed memfd a buffer.

use crate::budget::{self, Budget};
use crate::{BufferRequest, CoherencyDomains, Heap, HeapError, HeapProperties, Pace};

/// The longest name that `memfd_create` takes, in bytes.
const MAX_NAME_BYTES: usize = 249;

/// What buffers are called in `/proc` when the collection has no name.
const NO_NAME: &str = "sysmem";

/// Ordinary memory of the kernel: zeroed, demand-paged, in no particular physical place.
///
/// No page is committed at allocation. A touch costs what it costs (`linux-platform.md` 11), to
/// whoever touches first.
#[derive(Debug)]
pub struct SystemRam {
    budget: Budget,
}

impl SystemRam {
    /// The heap of this machine.
    pub fn new() -> Self {
        Self { budget: Budget::new(budget::available_bytes) }
    }

    fn check(&self, request: &BufferRequest) -> Result<(), HeapError> {
        if request.physically_contiguous {
            return Err(HeapError::NotContiguous);
        }
        // Scattered pages start at page boundaries and nothing better can be said of them; an
        // alignment is asked for only together with contiguity (`sysmem2-constraints.md` 5.1).
        if let Some(requested_bytes) = request.physical_alignment_bytes {
            return Err(HeapError::Alignment { requested_bytes });
        }
        let requested_bytes =
            u64::from(request.count).checked_mul(request.size_bytes).ok_or(HeapError::TooLarge)?;
        self.budget.promise(requested_bytes)
    }
}

impl Default for SystemRam {
    fn default() -> Self {
        Self::new()
    }
}

impl Heap for SystemRam {
    fn properties(&self) -> HeapProperties {
        HeapProperties {
            domains: CoherencyDomains { cpu: true, ram: true, inaccessible: true },
            secure: false,
            contiguous: false,
            need_clear: false,
            pace: Pace::Immediate,
        }
    }

    fn allocate(&self, request: &BufferRequest) -> Result<Vec<zx::Vmo>, HeapError> {
        self.check(request)?;
        (0..request.count)
            .map(|index| {
                zx::Vmo::create(&label(&request.name, index), request.size_bytes)
                    .map_err(HeapError::Refused)
            })
            .collect()
    }
}

/// `<name>:<index>`, cut and cleaned to what the kernel takes as a name.
fn label(name: &str, index: u32) -> String {
    let name = if name.is_empty() { NO_NAME } else { name };
    let suffix = format!(":{index}");
    let mut label = name.replace('\0', "?");
    label.truncate(label.floor_char_boundary(MAX_NAME_BYTES - suffix.len()));
    label + &suffix
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsRawFd;
    use std::{fs, io};

    use super::*;

    fn request(count: u32, size_bytes: u64) -> BufferRequest {
        BufferRequest {
            name: "camera".to_owned(),
            count,
            size_bytes,
            physically_contiguous: false,
            physical_alignment_bytes: None,
        }
    }

    #[test]
    fn objects_system_ram_buffers_have_the_size_and_the_name_that_were_asked_for() {
        let buffers = SystemRam::new().allocate(&request(3, 8192)).unwrap();
        assert_eq!(buffers.len(), 3);
        for (index, buffer) in buffers.iter().enumerate() {
            assert_eq!(buffer.size_bytes(), 8192);
            let link = fs::read_link(format!("/proc/self/fd/{}", buffer.as_raw_fd())).unwrap();
            let expected = format!("/memfd:camera:{index} (deleted)");
            assert_eq!(link.to_str(), Some(expected.as_str()));
        }
        assert_ne!(buffers[0].identity(), buffers[1].identity());
    }

    #[test]
    fn platform_3_a_request_beyond_the_available_memory_is_refused_before_anything_is_made() {
        let heap = SystemRam { budget: Budget::new(|| Ok(3 * 4096)) };
        assert_eq!(heap.allocate(&request(3, 4096)).unwrap().len(), 3);
        assert!(matches!(
            heap.allocate(&request(4, 4096)),
            Err(HeapError::OverBudget { requested_bytes: 16_384, available_bytes: 12_288 })
        ));
        assert!(matches!(heap.allocate(&request(2, 1 << 63)), Err(HeapError::TooLarge)));
        let blind = SystemRam { budget: Budget::new(|| Err(io::ErrorKind::NotFound.into())) };
        assert!(matches!(blind.allocate(&request(1, 4096)), Err(HeapError::BudgetUnknown(_))));
    }

    #[test]
    fn constraints_5_1_system_ram_promises_nothing_about_physical_memory() {
        let contiguous = BufferRequest { physically_contiguous: true, ..request(1, 4096) };
        let heap = SystemRam::new();
        assert!(matches!(heap.allocate(&contiguous), Err(HeapError::NotContiguous)));
        let aligned = BufferRequest { physical_alignment_bytes: Some(8192), ..request(1, 4096) };
        assert!(matches!(
            heap.allocate(&aligned),
            Err(HeapError::Alignment { requested_bytes: 8192 })
        ));
    }

    #[test]
    fn protocols_6_1_any_name_makes_a_label() {
        assert_eq!(label("", 0), "sysmem:0");
        assert_eq!(label("a\0b", 1), "a?b:1");
        let long = label(&"é".repeat(200), 127);
        assert!(long.len() <= MAX_NAME_BYTES && long.ends_with("é:127"), "{long}");
        let odd = BufferRequest { name: "é\0".repeat(200), ..request(1, 4096) };
        assert_eq!(SystemRam::new().allocate(&odd).unwrap().len(), 1);
    }
}
