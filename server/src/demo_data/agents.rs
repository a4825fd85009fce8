//! What the made-up product has, and what people say of it.

use crate::annotation::Annotation;

/// An agent, how its answers are received, and what is said of them.
pub struct Agent {
    pub name: &'static str,
    /// How many votes it gets, against the others.
    pub weight: f64,
    /// How often its answers please.
    pub share: f64,
    /// Since so many days something else.
    pub changed: Option<(i64, f64)>,
    /// How often nobody is signed in.
    pub anonymous: f64,
    /// For so many days it has been there.
    pub since: i64,
    /// The reason that is chosen most, as a place in [`REASONS`].
    pub weakness: usize,
    pub complaints: &'static [&'static str],
    pub complaint_detail: &'static [&'static str],
    pub praise: &'static [&'static str],
    pub praise_detail: &'static [&'static str],
}

/// What the widget offers after thumbs down.
pub const REASONS: &[&str] = &[
    "Wrong facts",
    "Too long",
    "Not what I asked",
    "Out of date",
    "Hard to follow",
];

/// What the team writes when it marks a complaint.
pub const NOTES: &[(Annotation, &str)] = &[
    (
        Annotation::Resolved,
        "The help article was out of date; it is corrected and indexed again.",
    ),
    (
        Annotation::Resolved,
        "Same cause as the one last week, fixed with the new prompt.",
    ),
    (
        Annotation::Resolved,
        "Told the person and gave the refund by hand.",
    ),
    (
        Annotation::Incorrect,
        "Retrieval found last year's price list.",
    ),
    (
        Annotation::Incorrect,
        "It made the station up. Goes into the evaluation set.",
    ),
    (Annotation::Incorrect, "It mixed up the two plans again."),
    (
        Annotation::Correct,
        "The answer is right, the policy is what disappoints.",
    ),
    (Annotation::Correct, "Right, but far too long for a phone."),
];

/// Said in other languages: whether it is praise, and the words.
pub const ELSEWHERE: &[(bool, &str)] = &[
    (
        false,
        "Die Antwort bezieht sich auf den alten Tarif, den gibt es seit März nicht mehr.",
    ),
    (
        false,
        "La réponse est correcte mais beaucoup trop longue, j'ai dû la relire trois fois.",
    ),
    (
        false,
        "No responde a lo que pregunté. Quería cambiar la fecha, no cancelar.",
    ),
    (false, "リンク先のページが見つかりません。"),
    (false, "الجواب لا يتعلق بسؤالي."),
    (false, "回答里的金额和发票上的不一样。"),
    (true, "Genau das habe ich gesucht, vielen Dank!"),
    (true, "Très clair, merci."),
    (true, "すぐに解決しました。ありがとうございます。"),
    (true, "شكرًا، هذا واضح جدًا."),
    (true, "Perfecto, me ahorró una llamada."),
];

pub const AGENTS: &[Agent] = &[
    Agent {
        name: "support-chat",
        weight: 10.0,
        share: 0.81,
        changed: Some((9, 0.74)),
        anonymous: 0.3,
        since: 400,
        weakness: 2,
        complaints: &[
            "It told me to click a button that is not there.",
            "I asked how to change the invoice address and got the steps for the delivery address.",
            "The refund takes 14 days, not 5. Your own page says so.",
            "It kept asking for my order number after I had given it twice.",
            "This is the answer for the app, I am on the website.",
            "It says I can pause my plan. I cannot, the option is gone.",
            "Sent me in a circle: chat, help page, chat.",
            "Answered in English although I wrote in German.",
            "The discount code it gave me does not exist.",
            "I wanted a person, not another article.",
        ],
        complaint_detail: &[
            "I had to call in the end.",
            "Third time this month.",
            "A colleague got a different answer to the same question.",
            "Please just link the right page.",
            "The rest was fine.",
            "I only noticed because I checked.",
        ],
        praise: &[
            "Solved in one minute.",
            "Found the setting I had been looking for all week.",
            "Short and right.",
            "It even noticed that I had two accounts.",
            "Better than the phone line.",
        ],
        praise_detail: &[
            "Thank you!",
            "Keep it this short.",
            "The link at the end helped most.",
        ],
    },
    Agent {
        name: "trip-planner",
        weight: 6.0,
        share: 0.88,
        changed: None,
        anonymous: 0.55,
        since: 400,
        weakness: 3,
        complaints: &[
            "The bus it suggests runs only in summer.",
            "That ferry was given up last year.",
            "Two museums that are closed on Mondays, on a Monday.",
            "It plans 40 minutes for a transfer that takes an hour and a half.",
            "The hotel is in the other town of the same name.",
            "It ignored that we travel with a wheelchair.",
            "Prices are off by a factor of two.",
            "Seven stops in one day is not a holiday.",
        ],
        complaint_detail: &[
            "We nearly missed the last train.",
            "Please show when a timetable was last checked.",
            "Otherwise a lovely plan.",
            "I had said so in the first message.",
        ],
        praise: &[
            "The night train was a great idea.",
            "We followed day two exactly and it worked.",
            "It found the one bakery that opens at six.",
            "Finally a plan with time to sit down.",
        ],
        praise_detail: &[
            "My parents loved it.",
            "Would use it again.",
            "The map made it easy.",
        ],
    },
    Agent {
        name: "invoice-reader",
        weight: 3.5,
        share: 0.94,
        changed: None,
        anonymous: 0.02,
        since: 400,
        weakness: 0,
        complaints: &[
            "It took the net amount for the total.",
            "The VAT number belongs to us, not to the supplier.",
            "Due date and invoice date are swapped.",
            "Reads 1.234,50 as 1.23.",
            "The second page is missing from the sum.",
            "A credit note was booked as an invoice.",
        ],
        complaint_detail: &[
            "All invoices of this supplier are affected.",
            "The scan is perfectly sharp.",
            "Corrected by hand.",
        ],
        praise: &[
            "Read a coffee-stained scan without a mistake.",
            "All twelve lines right.",
        ],
        praise_detail: &["Saves me an hour a day.", "Impressive."],
    },
    Agent {
        name: "code-review",
        weight: 2.5,
        share: 0.66,
        changed: Some((16, 0.79)),
        anonymous: 0.0,
        since: 400,
        weakness: 1,
        complaints: &[
            "Complains about a missing check that is three lines above.",
            "Four paragraphs for a typo.",
            "The suggested fix does not compile.",
            "It wants a lock where there is only one thread.",
            "Repeats what the linter says already.",
            "Proposes a function that this version of the library does not have.",
            "Praises the change and misses that the test never runs.",
        ],
        complaint_detail: &[
            "It reads the diff but not the file.",
            "Same remark on every pull request.",
            "I closed it unread.",
            "One line would do.",
        ],
        praise: &[
            "Caught an off-by-one that two of us had missed.",
            "Right about the race in the cache.",
            "Good question about the migration.",
        ],
        praise_detail: &["That would have been a bad night.", "More like this."],
    },
    Agent {
        name: "release-notes",
        weight: 0.35,
        share: 0.9,
        changed: None,
        anonymous: 0.1,
        since: 20,
        weakness: 4,
        complaints: &[
            "Lists internal refactorings as features.",
            "The breaking change is in the last line.",
        ],
        complaint_detail: &["Our users read only the first three lines."],
        praise: &["Needed one edit, then I sent it out.", "Nice grouping."],
        praise_detail: &["Thank you."],
    },
];
