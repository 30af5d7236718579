namespace MultiEni.Operator.Client;

/// <summary>As whom the program speaks, beside a client certificate.</summary>
public abstract record ClientCredentials
{
    private ClientCredentials() { }

    /// <summary>Nothing is sent.</summary>
    public sealed record Anonymous : ClientCredentials;

    /// <summary>A fixed bearer token.</summary>
    public sealed record Token(string Value) : ClientCredentials
    {
        /// <inheritdoc />
        public override string ToString() => "token (hidden)";
    }

    /// <summary>
    /// A bearer token in a file that is replaced before it expires; read again at least each
    /// minute.
    /// </summary>
    public sealed record TokenFile(string Path) : ClientCredentials;

    /// <summary>Name and password.</summary>
    public sealed record Basic(string User, string Password) : ClientCredentials
    {
        /// <inheritdoc />
        public override string ToString() => "password (hidden)";
    }

    /// <summary>A program that prints a token, such as <c>aws eks get-token</c>.</summary>
    public sealed record Exec(string ApiVersion, string Command, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment)
        : ClientCredentials
    {
        /// <summary>
        /// What the program is told of the cluster, as JSON, when the kubeconfig says
        /// <c>provideClusterInfo</c>; else null.
        /// </summary>
        public string? Cluster { get; init; }
    }
}

/// <summary>
/// As whom the API server shall act in place of the one who signed in: <c>as</c> and its relatives
/// in a kubeconfig.
/// </summary>
/// <param name="User">The user.</param>
/// <param name="Uid">Its UID, or null.</param>
/// <param name="Groups">Its groups.</param>
/// <param name="Extra">What else is said of it.</param>
/// <seealso href="https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/"/>
public sealed record Impersonation(string User, string? Uid, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, IReadOnlyList<string>> Extra)
{
    /// <summary>The headers that ask for it.</summary>
    internal IEnumerable<(string Name, string Value)> Headers =>
        [
            ("Impersonate-User", User),
            .. Uid is null ? [] : new[] { ("Impersonate-Uid", Uid) },
            .. Groups.Select(group => ("Impersonate-Group", group)),
            .. Extra.SelectMany(extra => extra.Value.Select(value => ($"Impersonate-Extra-{Uri.EscapeDataString(extra.Key)}", value))),
        ];
}
