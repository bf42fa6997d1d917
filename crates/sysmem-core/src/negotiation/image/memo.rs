//! Results that are needed again.

use std::collections::BTreeMap;

/// Results by what they were made from. Mostly there is one, which takes no allocation.
#[derive(Debug)]
pub(super) struct Memo<K, V> {
    first: Option<(K, V)>,
    more: BTreeMap<K, V>,
}

impl<K: Ord, V: Clone> Memo<K, V> {
    /// The result that is known, or a new one, which is known from then on if there is no error.
    pub(super) fn get_or_try<E>(
        &mut self,
        key: K,
        make: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let known = match &self.first {
            Some((first, value)) if *first == key => Some(value),
            _ => self.more.get(&key),
        };
        if let Some(value) = known {
            return Ok(value.clone());
        }
        let value = make()?;
        match self.first {
            None => self.first = Some((key, value.clone())),
            Some(_) => {
                self.more.insert(key, value.clone());
            }
        }
        Ok(value)
    }
}

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self { first: None, more: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_made_once_and_errors_each_time() {
        let mut memo = Memo::default();
        let mut made = Vec::new();
        for key in [1, 2, 1, 3, 3, 2, 1] {
            let result = memo.get_or_try(key, || {
                made.push(key);
                if key == 3 { Err(key) } else { Ok(key * 10) }
            });
            assert_eq!(result, if key == 3 { Err(3) } else { Ok(key * 10) });
        }
        assert_eq!(made, [1, 2, 3, 3]);
    }
}
