//! The latest allocations that have failed, and why.

use sysmem::linux_sysmem::{Explanation, Failure};

use super::grid::Style;
use super::scene::Scene;
use super::{tree, words};

/// A paragraph for each, the latest last.
pub fn render(scene: &Scene, style: Style) -> String {
    let failures = scene.snapshot.failures.iter().flatten();
    let paragraphs = failures.filter_map(|failure| {
        let explanation = failure.explanation.as_ref()?;
        Some(paragraph(explanation, failure, scene, style))
    });
    paragraphs.collect()
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
