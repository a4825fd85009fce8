/// What an API key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Scope {
    /// Make feedback tokens.
    Mint,
    /// List and export votes.
    Read,
    /// Mark votes.
    Annotate,
    /// Erase a person's votes.
    Erase,
    /// Store what was rated.
    Context,
    /// Everything, and keys.
    Admin,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 6] = [
        Self::Mint,
        Self::Read,
        Self::Annotate,
        Self::Erase,
        Self::Context,
        Self::Admin,
    ];
    /// What a new key may do unless told otherwise: nothing that cannot be undone.
    pub const USUAL: [Self; 4] = [Self::Mint, Self::Read, Self::Annotate, Self::Context];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mint => "mint",
            Self::Read => "read",
            Self::Annotate => "annotate",
            Self::Erase => "erase",
            Self::Context => "context",
            Self::Admin => "admin",
        }
    }

    /// Reads the name back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == name)
    }
}
