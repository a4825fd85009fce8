//! Votes on their way to a file, back, and to another database.

use std::path::PathBuf;

use clap::Args;
use workflowai_feedback_server::Copied;

use super::storage::{Storage, database};
use super::{Failure, table};

/// Writes the votes and keys into a new `SQLite` file while votes go on
#[derive(Args)]
pub struct Backup {
    /// The file to make
    file: PathBuf,
    #[command(flatten)]
    storage: Storage,
}

/// Puts a backup in the place of what is here; who was erased since then is erased again
#[derive(Args)]
pub struct Restore {
    /// The backup
    file: PathBuf,
    /// Throws away the votes that are here
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    storage: Storage,
}

/// Copies the votes and keys into another, empty database, and compares counts and checksums
#[derive(Args)]
pub struct Migrate {
    /// Where to: `postgres://USER:PASSWORD@HOST/NAME`, or sqlite:FILE
    #[arg(long, value_name = "URL")]
    to: String,
    #[command(flatten)]
    storage: Storage,
}

impl Backup {
    pub async fn run(self) -> Result<(), Failure> {
        self.storage.open().await?.backup(&self.file).await?;
        let bytes = self.file.metadata()?.len();
        println!("{} ({bytes} bytes)", self.file.display());
        Ok(())
    }
}

impl Restore {
    pub async fn run(self) -> Result<(), Failure> {
        let receiver = self.storage.open().await?;
        let (copied, erased) = receiver.restore(&self.file, self.replace).await?;
        print(&copied);
        println!("restored to {}", receiver.place());
        if erased > 0 {
            println!("{erased} votes of people erased since the backup are erased again");
        }
        Ok(())
    }
}

impl Migrate {
    pub async fn run(self) -> Result<(), Failure> {
        let to = database("--to", &self.to, self.storage.allow_unsafe_durability)?;
        let (place, copied) = self.storage.open().await?.migrate(to).await?;
        print(&copied);
        println!("copied to {place}; counts and checksums are equal");
        Ok(())
    }
}

fn print(copied: &[Copied]) {
    let rows = copied.iter().map(|copied| {
        [
            copied.table.to_owned(),
            copied.rows.to_string(),
            format!("{:032x}", copied.checksum),
        ]
    });
    table::print(["table", "rows", "checksum"], rows);
}
