//! Results as committed files.

use serde_json::{Map, Value, json};

use crate::Common;
use crate::failure::Failure;
use crate::machine::{day, machine};

/// Prints what was measured, and writes it with the day and the kind of machine.
pub fn write(common: &Common, name: &str, results: &Value) -> Result<(), Failure> {
    let whole = json!({ "date": day(), "machine": machine(), "results": results });
    let text = serde_json::to_string_pretty(&whole)?;
    println!("{text}");
    if !common.short {
        std::fs::create_dir_all(&common.results)?;
        std::fs::write(common.results.join(format!("{name}.json")), text + "\n")?;
    }
    Ok(())
}

/// What was written last time, so that one database can be measured alone.
pub fn last(common: &Common, name: &str) -> Map<String, Value> {
    let text = std::fs::read_to_string(common.results.join(format!("{name}.json")));
    let whole = text
        .ok()
        .and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let results = whole.and_then(|whole| whole["results"].as_object().cloned());
    results.unwrap_or_default()
}

/// Writes a text beside the results.
pub fn write_text(common: &Common, name: &str, text: &str) -> Result<(), Failure> {
    if !common.short {
        std::fs::create_dir_all(&common.results)?;
        std::fs::write(common.results.join(format!("{name}.md")), text)?;
    }
    Ok(())
}
