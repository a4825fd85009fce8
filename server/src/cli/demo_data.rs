use clap::Args;

use workflowai_feedback_server::Receiver;

use super::Failure;
use super::storage::Storage;

/// Fills the demo's database with made-up votes; `serve --demo` shows them
#[derive(Args)]
pub struct DemoData {
    /// How many votes, spread over the last 120 days
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    votes: u32,
    #[command(flatten)]
    storage: Storage,
}

impl DemoData {
    pub async fn run(self) -> Result<(), Failure> {
        let receiver = Receiver::open(self.storage.demo_config()?).await?;
        let votes = usize::try_from(self.votes)?;
        if !receiver.load_demo_data(votes).await? {
            return Err(Failure(format!(
                "{} has votes already, and made-up ones are not mixed with them; choose another \
                 database with --data-dir or --database-url",
                receiver.place()
            )));
        }
        println!("{votes} votes in {}", receiver.place());
        Ok(())
    }
}
