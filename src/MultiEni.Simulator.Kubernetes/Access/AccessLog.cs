using System.Collections.Concurrent;

namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>
/// Who used which right, and what was refused: shows which rules are too many and which are
/// missing. Safe for concurrent use.
/// </summary>
public sealed class AccessLog
{
    private readonly ConcurrentDictionary<UsedRight, bool> _used = [];
    private readonly ConcurrentQueue<string> _refusals = [];

    /// <summary>Rights used so far.</summary>
    public IReadOnlyCollection<UsedRight> Used => [.. _used.Keys];

    /// <summary>What was refused so far, in the words of the answers.</summary>
    public IReadOnlyList<string> Refusals => [.. _refusals];

    internal void Use(UserInfo user, IReadOnlyList<string> roles, AccessRequest request)
    {
        foreach (var role in roles)
        {
            _used[new UsedRight(user.Name, role, request.Verb, request.Group, request.Resource)] = true;
        }
    }

    internal void Refuse(string why) => _refusals.Enqueue(why);
}
