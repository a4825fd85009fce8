//! How often a disk syncs.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// A page of `SQLite`'s log and its header.
const PAGE: [u8; 4_120] = [7; 4_120];
/// The log is written from its beginning again after so many pages, as after a checkpoint.
const PAGES: u64 = 1_000;

/// `fdatasync`s a second in a folder, each after so many pages written one after the other.
pub fn syncs_per_second(folder: &Path, pages: u64, time: Duration) -> Result<f64, Failure> {
    let path = folder.join("sync");
    let mut options = OpenOptions::new();
    let mut file = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)?;
    // Once round, so that no sync has to make the file longer.
    for _ in 0..PAGES {
        file.write_all(&PAGE)?;
    }
    file.sync_all()?;
    let (mut syncs, mut at) = (0_u32, PAGES);
    let begun = Instant::now();
    while begun.elapsed() < time {
        if at + pages > PAGES {
            file.seek(SeekFrom::Start(0))?;
            at = 0;
        }
        for _ in 0..pages {
            file.write_all(&PAGE)?;
        }
        at += pages;
        file.sync_data()?;
        syncs += 1;
    }
    let rate = f64::from(syncs) / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}
