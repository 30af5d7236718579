using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// Tells users by their bearer tokens. Tokens are opaque to clients, so these are random and looked
/// up.
/// </summary>
internal sealed class Authentication
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";
    private const string ExtraHeader = "Impersonate-Extra-";
    private const string Verb = "impersonate";

    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);
    private readonly bool _hasAnonymous;
    private readonly bool _needsToken;
    private readonly bool _knowsAllTokens;

    public Authentication(KubernetesSimulatorOptions options)
    {
        foreach (var (token, name) in options.Tokens)
        {
            _users[token] = Named(name);
        }

        if (options.AdministratorToken is { } administrator)
        {
            _users[administrator] = UserInfo.Administrator;
            _hasAnonymous = true;
        }

        _needsToken = options.Tokens.Count > 0;
        _knowsAllTokens = _needsToken || _hasAnonymous || options.EnforcesAccess;
    }

    /// <summary>Makes a token for a user.</summary>
    public string Issue(UserInfo user)
    {
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        _users[token] = user;
        return token;
    }

    /// <summary>Who asks.</summary>
    /// <exception cref="StatusException">401: a token is missing or not known.</exception>
    public UserInfo Identify(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal) || header.Length == 7)
        {
            return _hasAnonymous ? UserInfo.Anonymous
                : _needsToken ? throw Unauthorized()
                : UserInfo.Administrator;
        }

        // Where everybody is welcome, who says a name is called by it.
        var token = header[7..].Trim();
        return _users.TryGetValue(token, out var user) ? user
            : _knowsAllTokens ? throw Unauthorized()
            : UserInfo.Administrator with { Name = token };
    }

    /// <summary>
    /// Who asks, by the headers of somebody who speaks for another; the caller checks that he may.
    /// </summary>
    /// <param name="asks">Who really asks.</param>
    /// <param name="request">The request.</param>
    /// <param name="rights">What he must be allowed, with the verb impersonate.</param>
    /// <exception cref="StatusException">
    /// 501: what is asked of impersonation is not supported.
    /// </exception>
    public static UserInfo Impersonate(UserInfo asks, HttpRequest request, List<AccessRequest> rights)
    {
        const string group = "authentication.k8s.io";
        var name = request.Headers["Impersonate-User"].ToString();
        var groups = request.Headers["Impersonate-Group"].OfType<string>().ToList();
        var extra = request.Headers.Where(static header => header.Key.StartsWith(ExtraHeader, StringComparison.OrdinalIgnoreCase)).ToList();
        if (request.Headers.ContainsKey("Impersonate-Uid"))
        {
            throw new NotSimulatedException("the impersonation of a uid");
        }

        if (name.Length == 0)
        {
            return groups.Count + extra.Count == 0 ? asks : throw new NotSimulatedException("the impersonation of groups without a user");
        }

        var account = name.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal) ? name[ServiceAccountPrefix.Length..].Split(':') : null;
        rights.Add(
            account is [var inNamespace, var accountName]
                ? new AccessRequest(Verb, "", "serviceaccounts", inNamespace, accountName)
                : new AccessRequest(Verb, "", "users", "", name)
        );
        rights.AddRange(groups.Select(static asked => new AccessRequest(Verb, "", "groups", "", asked)));
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (header, texts) in extra)
        {
            var key = Uri.UnescapeDataString(header[ExtraHeader.Length..].ToLowerInvariant());
            values[key] = [.. texts.OfType<string>()];
            rights.AddRange(values[key].Select(text => new AccessRequest(Verb, group, "userextras/" + key, "", text)));
        }

        if (account is [var accountNamespace, _] && groups.Count == 0)
        {
            groups.AddRange(["system:serviceaccounts", "system:serviceaccounts:" + accountNamespace]);
        }

        if (!groups.Contains(UserInfo.Authenticated, StringComparer.Ordinal) && !groups.Contains(UserInfo.Unauthenticated, StringComparer.Ordinal))
        {
            groups.Add(name == UserInfo.Anonymous.Name ? UserInfo.Unauthenticated : UserInfo.Authenticated);
        }

        return new UserInfo(name, groups) { Extra = values };
    }

    private static UserInfo Named(string name)
    {
        if (!name.StartsWith(ServiceAccountPrefix, StringComparison.Ordinal))
        {
            return UserInfo.Person(name);
        }

        var parts = name[ServiceAccountPrefix.Length..].Split(':');
        return UserInfo.ServiceAccount(parts[0], parts[^1], node: null);
    }

    private static StatusException Unauthorized() => new(401, "Unauthorized", "Unauthorized");
}
