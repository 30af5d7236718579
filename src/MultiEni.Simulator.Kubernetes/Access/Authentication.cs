using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Tells users by their bearer tokens. Tokens are opaque to clients, so these are random and looked up.</summary>
internal sealed class Authentication
{
    private const string ServiceAccountPrefix = "system:serviceaccount:";

    private readonly ConcurrentDictionary<string, UserInfo> _users = new(StringComparer.Ordinal);
    private readonly bool _needsToken;
    private readonly bool _knowsAllTokens;

    public Authentication(KubernetesSimulatorOptions options)
    {
        foreach (var (token, name) in options.Tokens)
        {
            _users[token] = Named(name);
        }

        _needsToken = options.Tokens.Count > 0;
        _knowsAllTokens = _needsToken || options.EnforcesAccess;
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
        if (!header.StartsWith("Bearer ", StringComparison.Ordinal))
        {
            return _needsToken ? throw Unauthorized() : UserInfo.Administrator;
        }

        // Where everybody is welcome, who says a name is called by it.
        var token = header[7..].Trim();
        return _users.TryGetValue(token, out var user) ? user
            : _knowsAllTokens ? throw Unauthorized()
            : UserInfo.Administrator with { Name = token };
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
