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

    /// <summary>A bearer token in a file that is replaced before it expires; read again at least each minute.</summary>
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
        /// <summary>What the program is told of the cluster, as JSON, when the kubeconfig says <c>provideClusterInfo</c>; else null.</summary>
        public string? Cluster { get; init; }
    }
}
