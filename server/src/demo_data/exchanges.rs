//! What some of the made-up complaints are about: the question and the answer.

use serde_json::json;

use crate::context::{Context, Kind};
use crate::storage::{Loaded, Run};

/// A complaint's beginning, and the question and answer that led to it.
const EXCHANGES: &[(&str, &str, &str)] = &[
    (
        "It told me to click a button",
        "How do I take a colleague off our workspace?",
        "Open Settings, choose Members and press Remove next to the person. They lose access at \
         once, and their documents stay with the workspace.",
    ),
    (
        "I asked how to change the invoice address",
        "We have moved. How can I change the address on our invoices?",
        "Under Orders, open the order and press Change delivery address. The new address is used \
         for everything that has not been shipped yet.",
    ),
    (
        "The refund takes 14 days",
        "I sent the lamp back last Tuesday. When do I get my money?",
        "Refunds are paid within 5 days after the parcel has reached us. You will see it on the \
         card that you paid with.",
    ),
    (
        "It says I can pause my plan",
        "I am away for two months. Do I have to pay all the same?",
        "No. Open Billing and choose Pause plan. You can pause for up to three months a year.",
    ),
    (
        "The discount code it gave me",
        "Is there a discount for students?",
        "Yes, 20 % on every plan. Enter the code STUDENT20 at the checkout.",
    ),
    (
        "The bus it suggests runs only in summer",
        "How do we get from Bled to Vintgar in November without a car?",
        "Take the park bus from the station at Bled, every half hour. It stops at the entrance of \
         the gorge after 15 minutes.",
    ),
    (
        "It plans 40 minutes for a transfer",
        "We land in Marseille at 14:10 and would like to be in Cassis for dinner.",
        "14:10 land, 14:50 train from Saint-Charles, 15:15 Cassis, 16:00 boat to the calanques, \
         19:00 dinner at the harbour.",
    ),
    (
        "It ignored that we travel with a wheelchair",
        "Two days in Porto, please. My mother uses a wheelchair.",
        "Day one: the stairs of the cathedral, Ribeira, the upper deck of the bridge on foot. Day \
         two: the tower of the Clérigos, 225 steps with a wonderful view.",
    ),
    (
        "It took the net amount",
        "Read this invoice.",
        "Supplier: Nordlicht GmbH. Total: 1,840.00 EUR. VAT 19 %: 349.60 EUR. Due: 14 December.",
    ),
    (
        "The suggested fix does not compile",
        "Review: cache.rs, lines 40 to 75",
        "The guard lives until the end of the function. Drop it before the await:\n\n    \
         drop(guard);\n    let value = fetch(key).await?;\n    guard.insert(key, value);",
    ),
    (
        "Four paragraphs for a typo",
        "Review: README.md",
        "Documentation is the first thing that people see. In line 12 there is an opportunity to \
         improve the perceived quality of the project: the word “recieve” deviates from the usual \
         spelling.",
    ),
    (
        "The breaking change is in the last line",
        "Write the release notes of 4.0 from these commits.",
        "- Faster start\n- New icons\n- Fixed a crash when a file is empty\n- Dropped support for \
         the old configuration file",
    ),
];

/// What a vote's run was about, if there is something to say.
pub fn exchange(vote: &Loaded) -> Option<(Run, Context)> {
    let comment = vote.comment.as_deref()?;
    let (_, question, answer) = EXCHANGES
        .iter()
        .find(|(beginning, ..)| comment.starts_with(beginning))?;
    let context = json!({
        "input": [{ "role": "user", "content": question }],
        "output": answer,
        "model": "example-model-2",
        "version": "prompt 14",
    });
    let run = Run {
        tenant: vote.key.tenant.clone(),
        agent: vote.key.agent.clone(),
        id: vote.key.run.clone(),
    };
    let kind = Kind::Json;
    let text = context.to_string();
    Some((run, Context { kind, text }))
}

#[cfg(test)]
mod tests {
    use super::EXCHANGES;
    use crate::demo_data::agents::AGENTS;

    #[test]
    fn each_is_about_one_complaint() {
        let complaints = AGENTS.iter().flat_map(|agent| agent.complaints);
        for (beginning, ..) in EXCHANGES {
            let found = complaints
                .clone()
                .filter(|said| said.starts_with(beginning));
            assert_eq!(found.count(), 1, "{beginning}");
        }
    }
}
