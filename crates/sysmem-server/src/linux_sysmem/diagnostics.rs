//! Why there are no buffers: `linux.sysmem/Diagnostics`, and the same for the log.

use fidl::Responder;
use sysmem_core::{ChannelId, FailedAllocation};
use sysmem_fidl::linux_sysmem::{
    DiagnosticsExplainMethod, DiagnosticsExplainRequest, ExplainError, Explanation,
};

use crate::driver::Driver;
use crate::explanation;
use crate::failures::{Asker, Failure, FailureId, Involved, MAX_QUESTIONS, Subject};

impl Driver {
    /// An allocation has failed. Those who took part still have their channels.
    pub(crate) fn failed(&mut self, failure: Box<FailedAllocation>) {
        let involved = self.involved(&failure.channels);
        let (id, forgotten) = self.failures.add(involved, explanation::in_short(&failure));
        for asker in forgotten {
            self.answer_why(asker, Err(ExplainError::NOT_FOUND));
        }
        if self.explainer.start(id, failure).is_err() {
            self.explained(id, None);
        }
    }

    /// A failure was explained, or will not be.
    pub(crate) fn explained(&mut self, id: FailureId, explanation: Option<Explanation>) {
        let Some((failure, askers)) = self.failures.finish(id, explanation) else { return };
        log(failure);
        let explanation = failure.explanation.clone();
        for asker in askers {
            self.answer_why(asker, Ok(explanation.clone()));
        }
    }

    /// Answers why something failed, when that is known.
    pub(super) fn explain(
        &mut self,
        channel: ChannelId,
        request: &DiagnosticsExplainRequest,
        responder: Responder<DiagnosticsExplainMethod>,
    ) {
        let asker = Asker { channel, responder };
        let Some(subject) = Subject::of(request) else {
            return self.answer_why(asker, Err(ExplainError::INVALID_ARGUMENTS));
        };
        if self.failures.questions_of(channel) >= MAX_QUESTIONS {
            return self.answer_why(asker, Err(ExplainError::TOO_MANY_QUESTIONS));
        }
        let found = self.client.and_then(|client| self.failures.find(subject, client));
        let Some(failure) = found else {
            return self.answer_why(asker, Err(ExplainError::NOT_FOUND));
        };
        if failure.is_crowded() {
            return self.answer_why(asker, Err(ExplainError::TOO_MANY_QUESTIONS));
        }
        if let Err(asker) = failure.wait(asker) {
            let explanation = failure.explanation.clone();
            self.answer_why(asker, Ok(explanation));
        }
    }

    fn answer_why(&mut self, asker: Asker, answer: Result<Explanation, ExplainError>) {
        let encoded = asker.responder.encode(answer, &mut self.encoder);
        self.send_answer(asker.channel, encoded);
    }

    fn involved(&self, channels: &[ChannelId]) -> Involved {
        let mut involved = Involved::default();
        for channel in channels {
            let Some(served) = self.objects.channels.get(*channel) else { continue };
            involved.koids.extend(served.koid());
            if let Some(client) = served.client.filter(|one| !involved.clients.contains(one)) {
                involved.clients.push(client);
            }
        }
        involved
    }
}

fn log(failure: &Failure) {
    let Explanation { buffer_collection_id, collection_name, text, .. } = &failure.explanation;
    let collection = buffer_collection_id.unwrap_or(0);
    let name = collection_name.as_deref().unwrap_or("Unknown").escape_debug();
    let text = text.as_deref().unwrap_or_default();
    // Fields follow on a line of their own.
    tracing::error!(collection, "collection {collection} ({name}) failed: {text}\n");
}
