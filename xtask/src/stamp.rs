//! Skips a step whose inputs and outputs are what they were when it last succeeded.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, file};

/// A step's inputs and outputs: files, or folders with all that is in them.
pub struct Stamp<'a> {
    /// Where the stamp is kept.
    pub kept: PathBuf,
    pub inputs: &'a [PathBuf],
    /// What else decides the result, such as options.
    pub options: &'a str,
    pub outputs: &'a [PathBuf],
}

impl Stamp<'_> {
    /// Does the step unless it would change nothing.
    pub fn unless_fresh(&self, step: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        if fs::read_to_string(&self.kept).is_ok_and(|kept| kept == self.now()) {
            return Ok(());
        }
        step()?;
        if let Some(folder) = self.kept.parent() {
            fs::create_dir_all(folder).map_err(file(folder))?;
        }
        fs::write(&self.kept, self.now()).map_err(file(&self.kept))
    }

    fn now(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.options.hash(&mut hasher);
        for path in self.inputs.iter().chain(self.outputs) {
            hash(path, &mut hasher);
        }
        format!("{:016x}", hasher.finish())
    }
}

fn hash(path: &Path, hasher: &mut DefaultHasher) {
    path.hash(hasher);
    if path.is_dir() {
        for each in entries(path) {
            hash(&each, hasher);
        }
    } else {
        fs::read(path).ok().hash(hasher);
    }
}

/// What lies in a folder, in order; nothing if there is none.
pub fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

/// Every file in a folder and the folders in it, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How often the step ran.
    fn runs(stamp: &Stamp<'_>, output: &str) -> u32 {
        let mut runs = 0;
        stamp
            .unless_fresh(|| {
                runs += 1;
                fs::write(&stamp.outputs[0], output).map_err(file(&stamp.outputs[0]))
            })
            .unwrap();
        runs
    }

    #[test]
    fn a_step_runs_again_only_after_a_change() {
        let folder = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        fs::create_dir_all(folder.join("in/deep")).unwrap();
        let (inputs, outputs) = ([folder.join("in")], [folder.join("out")]);
        let stamp = Stamp {
            kept: folder.join("stamps/one"),
            inputs: &inputs,
            options: "",
            outputs: &outputs,
        };
        assert_eq!(runs(&stamp, "a"), 1);
        assert_eq!(runs(&stamp, "a"), 0);
        fs::write(folder.join("in/deep/new"), "x").unwrap();
        assert_eq!(runs(&stamp, "a"), 1, "an input is new");
        fs::write(&outputs[0], "spoilt").unwrap();
        assert_eq!(runs(&stamp, "a"), 1, "an output is not what was made");
        fs::remove_file(&outputs[0]).unwrap();
        assert_eq!(runs(&stamp, "a"), 1, "an output is gone");
        let options = Stamp {
            options: "more",
            kept: stamp.kept.clone(),
            ..stamp
        };
        assert_eq!(runs(&options, "a"), 1, "other options");
        fs::remove_dir_all(&folder).unwrap();
    }
}
