//! The headless layer by scripts, natively: no browser, and time, chance, device and network as
//! the script says. `vectors` follows `tests/vectors/delivery.json`, `generated` makes schedules up.

mod executor;
mod generated;
mod network;
mod stage;
mod vectors;
