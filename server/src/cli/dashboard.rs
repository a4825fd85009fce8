use clap::Subcommand;

use super::Failure;
use super::serve::{Address, DEFAULT_LISTEN};
use super::storage::Storage;

#[derive(Subcommand)]
pub enum Dashboard {
    /// Prints a link that signs in once, within an hour; it voids the one before
    Link {
        #[command(flatten)]
        address: Address,
        #[command(flatten)]
        storage: Storage,
    },
}

impl Dashboard {
    pub async fn run(self) -> Result<(), Failure> {
        let Self::Link { address, storage } = self;
        let receiver = storage.open().await?;
        let url = address
            .public_url
            .map_or(format!("http://{DEFAULT_LISTEN}"), |url| url.to_string());
        println!("{}", receiver.dashboard_link(&url).await?);
        Ok(())
    }
}
