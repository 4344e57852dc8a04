//! What finds things by their meaning, where there is such a server.

use std::collections::BTreeMap;

use super::finding::{Finding, Group};
use super::{Look, PATIENCE, pages};
use crate::llm::embeddings::Embeddings;

/// What can be said of it; `None` = words alone find things.
pub async fn examine(look: &Look) -> Option<Group> {
    let servers: BTreeMap<(String, String), _> = look
        .businesses()
        .filter_map(|(_, config)| {
            let memory = &config.memory;
            let url = memory.embeddings_url.clone().filter(|url| !url.trim().is_empty())?;
            Some(((url, memory.embeddings_model.clone()), memory))
        })
        .collect();
    let mut findings = Vec::new();
    for ((url, model), memory) in servers {
        let key = &memory.embeddings_api_key;
        let (http, clock) = (look.http.clone(), look.clock.clone());
        // One that can't be read is a fault of the configuration already.
        if let Ok(server) = Embeddings::new(&url, key, &model, http, clock) {
            findings.push(asked(look, &server).await);
        }
    }
    (!findings.is_empty()).then(|| Group::new("embeddings", findings))
}

async fn asked(look: &Look, server: &Embeddings) -> Finding {
    let model = server.model();
    if let Some(offline) = look.offline("embeddings.answer", "whether it makes vectors") {
        return offline;
    }
    match server.of(&["olifant".to_owned()], PATIENCE).await {
        Ok(vectors) => {
            let length = vectors.first().map_or(0, Vec::len);
            Finding::ok("embeddings.answer", format!("{model} makes vectors of {length} numbers"))
        }
        Err(why) => {
            let what = format!("{model} makes no vectors ({why}): words alone find things");
            let remedy = "correct memory.embeddings_url, _api_key or _model, or take the URL out";
            Finding::fault("embeddings.none", what, remedy, pages::CONFIGURE)
        }
    }
}
