namespace MultiEni.Operator.Client;

/// <summary>As whom the API server shall act in place of the one who signed in: <c>as</c> and its relatives in a kubeconfig.</summary>
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
