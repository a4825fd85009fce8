use std::io;

/// Ctrl-C, or the signal by which service managers stop a process.
#[cfg(unix)]
pub struct Interrupt {
    pressed: tokio::signal::unix::Signal,
    terminated: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Interrupt {
    /// Listens from now on, so that one that comes while starting is not lost.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            pressed: signal(SignalKind::interrupt())?,
            terminated: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for either.
    pub async fn received(mut self) {
        tokio::select! {
            _ = self.pressed.recv() => {}
            _ = self.terminated.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(windows)]
pub struct Interrupt(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Interrupt {
    /// Listens from now on, so that one that comes while starting is not lost.
    pub fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Waits for it.
    pub async fn received(mut self) {
        self.0.recv().await;
    }
}
