//! What each crate offers, as a committed list: a change of it is a decision. `UPDATE=1` writes it.
//!
//! `cargo public-api` needs a nightly compiler; this reads the sources. It follows `pub mod` and
//! `pub use` from `lib.rs`, which is all these crates do, and stops at anything else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, Meta, TraitItem, UseTree, Visibility};

/// A module: its file, and its items.
struct Module {
    folder: PathBuf,
    items: Vec<Item>,
}

impl Module {
    fn read(file: &Path, folder: PathBuf) -> Self {
        let text = fs::read_to_string(file).unwrap_or_else(|_| panic!("{}", file.display()));
        let items = syn::parse_file(&text).expect("Rust").items;
        Self { folder, items }
    }

    fn child(&self, name: &str) -> Self {
        let file = self.folder.join(format!("{name}.rs"));
        Self::read(&file, self.folder.join(name))
    }

    /// Every public item, below the path by which it is reached.
    fn list(&self, at: &str, lines: &mut BTreeSet<String>) {
        for item in &self.items {
            match item {
                Item::Mod(module) if public(&module.vis) => {
                    let name = module.ident.to_string();
                    let at = marked(&module.attrs, &format!("{at}::{name}"));
                    self.child(&name).list(&at, lines);
                    lines.insert(at);
                }
                Item::Use(used) if public(&used.vis) => {
                    self.follow(&used.tree, &marked(&used.attrs, &at), lines);
                }
                _ => self.declare(item, None, at, lines),
            }
        }
    }

    fn follow(&self, tree: &UseTree, at: &str, lines: &mut BTreeSet<String>) {
        match tree {
            UseTree::Path(path) if path.ident == "crate" || path.ident == "self" => {
                self.follow(&path.tree, at, lines);
            }
            UseTree::Path(path) => {
                let module = self.child(&path.ident.to_string());
                module.follow(&path.tree, at, lines);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.follow(tree, at, lines);
                }
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                let before = lines.len();
                for item in &self.items {
                    self.declare(item, Some(&name), at, lines);
                    if let Item::Use(used) = item {
                        self.follow_named(&used.tree, &name, at, lines);
                    }
                }
                assert!(
                    lines.len() > before,
                    "{at}: {name} is declared somewhere else"
                );
            }
            UseTree::Rename(_) | UseTree::Glob(_) => panic!("{at}: not by a name of its own"),
        }
    }

    /// Follows a name that a module has from its own children.
    fn follow_named(&self, tree: &UseTree, name: &str, at: &str, lines: &mut BTreeSet<String>) {
        let UseTree::Path(path) = tree else { return };
        let child = path.ident.to_string();
        let declared = |item: &Item| matches!(item, Item::Mod(module) if module.ident == child);
        if !self.items.iter().any(declared) {
            return;
        }
        let names = match &*path.tree {
            UseTree::Group(group) => group.items.iter().collect(),
            one => vec![one],
        };
        for tree in names {
            if matches!(tree, UseTree::Name(found) if found.ident == name) {
                self.child(&child).follow(tree, at, lines);
            }
        }
    }

    /// Adds an item if it is public, and of this name if one is asked for.
    fn declare(&self, item: &Item, name: Option<&str>, at: &str, lines: &mut BTreeSet<String>) {
        let wanted = |vis: &Visibility, ident: &syn::Ident| {
            public(vis) && name.is_none_or(|name| ident == name)
        };
        let mut add = |kind: &str, what: String| {
            lines.insert(format!("{at}: {kind} {what}"));
        };
        match item {
            Item::Struct(item) if wanted(&item.vis, &item.ident) => {
                add("struct", marked(&item.attrs, &item.ident));
                fields(&item.fields, &item.ident.to_string(), true, &mut add);
                self.methods(&item.ident, at, lines);
            }
            Item::Enum(item) if wanted(&item.vis, &item.ident) => {
                add("enum", marked(&item.attrs, &item.ident));
                for variant in &item.variants {
                    let path = format!("{}::{}", item.ident, variant.ident);
                    add("variant", marked(&variant.attrs, &path));
                    fields(&variant.fields, &path, false, &mut add);
                }
                self.methods(&item.ident, at, lines);
            }
            Item::Trait(item) if wanted(&item.vis, &item.ident) => {
                add("trait", marked(&item.attrs, &item.ident));
                for method in &item.items {
                    if let TraitItem::Fn(method) = method {
                        add("fn", format!("{}::{}", item.ident, written(&method.sig)));
                    }
                }
            }
            Item::Fn(item) if wanted(&item.vis, &item.sig.ident) => {
                let component = item
                    .attrs
                    .iter()
                    .any(|attr| attr.path().is_ident("component"));
                add(
                    if component { "component" } else { "fn" },
                    written(&item.sig),
                );
            }
            Item::Const(item) if wanted(&item.vis, &item.ident) => {
                add("const", format!("{}: {}", item.ident, written(&item.ty)));
            }
            Item::Type(item) if wanted(&item.vis, &item.ident) => {
                add("type", format!("{} = {}", item.ident, written(&item.ty)));
            }
            // The texts and their packs: `texts! { … }` names them.
            Item::Macro(made) if made.ident.is_none() => {
                let names = ["Text", "Pack"];
                if let Some(name) = name.filter(|name| names.contains(name)) {
                    add("macro", format!("{name} {}", written(&made.mac.tokens)));
                }
            }
            _ => {}
        }
    }

    fn methods(&self, of: &syn::Ident, at: &str, lines: &mut BTreeSet<String>) {
        for item in &self.items {
            let Item::Impl(item) = item else { continue };
            if written(&item.self_ty).split(['<', ' ']).next() != Some(&of.to_string()) {
                continue;
            }
            if let Some((_, path, _)) = &item.trait_ {
                lines.insert(format!("{at}: impl {} for {of}", written(path)));
                continue;
            }
            for method in &item.items {
                match method {
                    ImplItem::Fn(method) if public(&method.vis) => {
                        lines.insert(format!("{at}: fn {of}::{}", written(&method.sig)));
                    }
                    ImplItem::Const(item) if public(&item.vis) => {
                        lines.insert(format!("{at}: const {of}::{}", item.ident));
                    }
                    _ => {}
                }
            }
        }
    }
}

/// A name, with what decides how far others may rely on it.
fn marked(attrs: &[Attribute], name: &impl ToString) -> String {
    let mut name = name.to_string();
    if attrs
        .iter()
        .any(|attr| attr.path().is_ident("non_exhaustive"))
    {
        name.push_str(", non-exhaustive");
    }
    if hidden(attrs) {
        name.push_str(", not documented");
    }
    name
}

fn hidden(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| {
        matches!(&attr.meta, Meta::List(list)
            if list.path.is_ident("doc") && list.tokens.to_string() == "hidden")
    })
}

fn public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

/// Public fields; those of a variant always are.
fn fields(fields: &Fields, of: &str, private: bool, add: &mut impl FnMut(&str, String)) {
    for (index, field) in fields.iter().enumerate() {
        if private && !public(&field.vis) {
            continue;
        }
        let name = field
            .ident
            .as_ref()
            .map_or_else(|| index.to_string(), ToString::to_string);
        add("field", format!("{of}.{name}: {}", written(&field.ty)));
    }
}

/// Code on one line, with the spaces of people.
fn written(tokens: &impl ToTokens) -> String {
    let mut tokens = tokens.to_token_stream().to_string();
    for (long, short) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (" :", ":"),
        (" ;", ";"),
    ] {
        tokens = tokens.replace(long, short);
    }
    tokens.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn check(name: &str, folder: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let source = root.join(folder).join("src");
    let mut lines = BTreeSet::new();
    Module::read(&source.join("lib.rs"), source).list(name, &mut lines);
    let mut found = String::new();
    for line in lines {
        found.push_str(&line);
        found.push('\n');
    }
    let list = root.join("tests/public-api").join(format!("{name}.txt"));
    if env::var_os("UPDATE").is_some() {
        fs::write(&list, &found).expect("written");
    }
    let kept = fs::read_to_string(&list).unwrap_or_default();
    for line in kept
        .lines()
        .filter(|line| !found.lines().any(|other| other == *line))
    {
        println!("- {line}");
    }
    for line in found
        .lines()
        .filter(|line| !kept.lines().any(|other| other == *line))
    {
        println!("+ {line}");
    }
    assert!(
        kept == found,
        "the public API is another one than {} says; UPDATE=1 writes it",
        list.display()
    );
}

#[test]
fn the_widget_offers_what_is_listed() {
    check("workflowai_feedback", "");
}

#[test]
fn the_protocol_offers_what_is_listed() {
    check("workflowai_feedback_protocol", "protocol");
}

#[test]
fn the_server_offers_what_is_listed() {
    check("workflowai_feedback_server", "server");
}
