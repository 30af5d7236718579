using System.Text;
using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.State;

/// <summary>
/// Client tokens of CreateNetworkInterface (docs/reference/ec2.md#client-tokens): what they made,
/// and from which parameters. Tags count as parameters.
/// </summary>
internal sealed class ClientTokens(TimeSpan lifetime)
{
    private readonly Dictionary<string, (string Parameters, NetworkInterfaceEntry Entry, DateTimeOffset ExpiresAt)> _tokens = new(
        StringComparer.Ordinal
    );
    private readonly Queue<(string Token, DateTimeOffset ExpiresAt)> _expiries = new();

    /// <summary>
    /// The interface that the token has made, even when it has been deleted since; null for a new
    /// token.
    /// </summary>
    public NetworkInterfaceEntry? Find(string token, QueryParameters query, DateTimeOffset now)
    {
        Expire(now);
        if (!_tokens.TryGetValue(token, out var known))
        {
            return null;
        }

        return known.Parameters == Fingerprint(query)
            ? known.Entry
            : throw new Ec2Error(
                "IdempotentParameterMismatch",
                "The client token you have provided is already associated with another request's parameters."
            );
    }

    public void Add(string token, QueryParameters query, NetworkInterfaceEntry entry, DateTimeOffset now)
    {
        _tokens[token] = (Fingerprint(query), entry, now + lifetime);
        _expiries.Enqueue((token, now + lifetime));
    }

    private void Expire(DateTimeOffset now)
    {
        while (_expiries.TryPeek(out var oldest) && oldest.ExpiresAt <= now)
        {
            _tokens.Remove(_expiries.Dequeue().Token);
        }
    }

    private static string Fingerprint(QueryParameters query)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in query.Values.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            if (name is not ("ClientToken" or "DryRun" or "Action" or "Version"))
            {
                text.Append(name).Append('=').Append(value).Append('\n');
            }
        }

        return text.ToString();
    }
}
