//! What texts call those who took part.

use std::collections::BTreeSet;

use crate::interface::Recipient;

/// Characters of a client's name in texts; the rest does not help to tell clients apart.
const NAME_CHARS_MAX: usize = 64;

/// What texts call clients: by their present names; with the id if the name is not enough, and with
/// the number of the participant if that is not enough either, as nodes inherit both. `None`: by
/// that number alone.
pub(super) fn display_names(clients: &[Recipient]) -> Vec<Option<String>> {
    let ambiguous = repeated(clients.iter().map(present_name));
    let same = repeated(clients.iter().map(|client| (present_name(client), client.id)));
    let name_of = |(number, client): (usize, &Recipient)| {
        let name = present_name(client);
        let text = match (name, client.id) {
            ("", 0) => return None,
            ("", id) => format!("client {id}"),
            (name, id) if ambiguous.contains(name) => format!("{} {id}", cut(name)),
            (name, _) => cut(name),
        };
        let is_same = same.contains(&(name, client.id));
        Some(if is_same { format!("{text} (participant {number})") } else { text })
    };
    clients.iter().enumerate().map(name_of).collect()
}

/// Those that come more than once.
fn repeated<T: Ord + Copy>(items: impl Iterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    items.filter(|item| !seen.insert(*item)).collect()
}

/// Without the names that it had before (`sysmem2-protocols.md` 6.2).
fn present_name(client: &Recipient) -> &str {
    match client.name.split_once(" (was ") {
        Some((present, _)) if !present.is_empty() => present,
        _ => &client.name,
    }
}

fn cut(name: &str) -> String {
    match name.char_indices().nth(NAME_CHARS_MAX) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or_default()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_apart_by_name_if_that_is_enough() {
        let client = |name: &str, id| Recipient { name: name.into(), id };
        let long = "x".repeat(100);
        let clients = [
            client("isp (was camera)", 1),
            client("gpu", 2),
            client("gpu (was cpu)", 3),
            client("", 4),
            client("", 0),
            client(&long, 5),
            client("sink", 6),
            client("sink (was gpu)", 6),
        ];
        let cut = format!("{}…", "x".repeat(NAME_CHARS_MAX));
        let sinks = ["sink 6 (participant 6)", "sink 6 (participant 7)"];
        let expected = ["isp", "gpu 2", "gpu 3", "client 4", "", &cut, sinks[0], sinks[1]];
        let names = display_names(&clients);
        assert_eq!(
            names.iter().map(|name| name.as_deref().unwrap_or("")).collect::<Vec<_>>(),
            expected
        );
        assert_eq!(names[4], None);
    }
}
