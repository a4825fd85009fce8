use clap::Subcommand;

use super::Failure;
use super::serve::Serve;

#[derive(Subcommand)]
pub enum Config {
    /// Checks the settings that serve would take, and the database, and changes nothing
    Check {
        #[command(flatten)]
        serve: Box<Serve>,
    },
}

impl Config {
    pub async fn run(self) -> Result<(), Failure> {
        let Self::Check { serve } = self;
        println!("{}", serve.check().await?);
        Ok(())
    }
}
