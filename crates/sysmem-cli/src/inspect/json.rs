//! What programs read: the snapshot as `negotiate-json.md` has tables, and what `/proc` adds.

use serde_json::{Value, json};
use sysmem_json::to_json;
use zx::Sighting;

use super::scene::Scene;
use super::totals::totals;

/// One object. The fields of the snapshot have their FIDL names; `program` stands beside each `pid`
/// of a process that there is, `processes` in each buffer, and `clients` and `hidden_processes` at
/// the top.
pub fn render(scene: &Scene) -> Value {
    let mut object = to_json(&scene.snapshot);
    let buffers = object["allocations"].as_array_mut().into_iter().flatten();
    let buffers = buffers.filter_map(|allocation| allocation["buffers"].as_array_mut()).flatten();
    for (json, buffer) in buffers.zip(scene.buffers()) {
        let seen = scene.sightings_of(buffer).iter();
        let seen = seen.filter(|sighting| scene.service_pid() != Some(sighting.pid));
        json["processes"] = seen.map(process).collect();
    }
    add_programs(&mut object, scene);
    object["clients"] = json!(totals(scene));
    object["hidden_processes"] = json!(scene.hidden.len());
    object
}

fn process(sighting: &Sighting) -> Value {
    let descriptors = sighting.descriptors.iter();
    let mappings = sighting.mappings.iter();
    json!({
        "pid": sighting.pid,
        "descriptors": descriptors
            .map(|one| json!({ "number": one.number, "writable": one.writable }))
            .collect::<Value>(),
        "mappings": mappings
            .map(|one| json!({ "size_bytes": one.size_bytes, "writable": one.writable }))
            .collect::<Value>(),
    })
}

fn add_programs(value: &mut Value, scene: &Scene) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| add_programs(item, scene)),
        Value::Object(fields) => {
            fields.values_mut().for_each(|field| add_programs(field, scene));
            let pid = fields.get("pid").and_then(Value::as_u64);
            let pid = pid.and_then(|pid| u32::try_from(pid).ok());
            let since = fields.get("since").and_then(Value::as_i64);
            if let Some(program) = pid.and_then(|pid| scene.program(pid, since)) {
                fields.insert("program".to_owned(), Value::from(program));
            }
        }
        _ => {}
    }
}
