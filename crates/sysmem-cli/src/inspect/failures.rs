//! The latest allocations that have failed, and why.

use sysmem::linux_sysmem::{Explanation, Failure};

use super::grid::Style;
use super::people::Detail;
use super::scene::Scene;
use super::{tree, words};

/// Failures that an overview tells.
const LATEST: usize = 5;

/// A paragraph for each, the latest last. In an overview those before are only counted.
pub fn render(scene: &Scene, detail: Detail, style: Style) -> String {
    let failures: Vec<_> = scene.snapshot.failures.iter().flatten().collect();
    let earlier = match detail {
        Detail::Overview => failures.len().saturating_sub(LATEST),
        Detail::CloseUp => 0,
    };
    let mut text = match earlier {
        0 => String::new(),
        _ => {
            format!("\n{} not shown; --json has all\n", words::counted(earlier, "earlier failure"))
        }
    };
    for failure in failures.into_iter().skip(earlier) {
        if let Some(explanation) = &failure.explanation {
            text.push_str(&paragraph(explanation, failure, scene, style));
        }
    }
    text
}

fn paragraph(explanation: &Explanation, failure: &Failure, scene: &Scene, style: Style) -> String {
    let id = explanation.buffer_collection_id.unwrap_or_default();
    let name = explanation.collection_name.as_deref();
    let name = name.map(|name| format!(" \"{}\"", words::name(name))).unwrap_or_default();
    let since = explanation.failed_at.unwrap_or_default();
    let since = words::duration(scene.now().saturating_sub(since));
    let clients = failure.clients.iter().flatten().filter_map(|client| client.pid);
    let clients: Vec<_> = clients.map(|pid| tree::process(pid, scene)).collect();
    let title = style.bold(format!("collection {id}{name}"));
    let text = explanation.text.as_deref().unwrap_or_default();
    let lines: String = text.lines().map(|line| format!("  {}\n", words::harmless(line))).collect();
    format!("\n{title}  failed {since} ago, {}\n{lines}", clients.join(", "))
}
