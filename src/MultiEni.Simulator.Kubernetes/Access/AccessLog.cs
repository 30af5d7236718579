namespace MultiEni.Simulator.Kubernetes.Access;

/// <summary>Who used which right, and what was refused: shows which rules are too many and which are missing. Safe for concurrent use.</summary>
public sealed class AccessLog
{
    private readonly Lock _gate = new();
    private readonly HashSet<UsedRight> _used = [];
    private readonly List<string> _refusals = [];

    /// <summary>Rights used so far.</summary>
    public IReadOnlyCollection<UsedRight> Used
    {
        get
        {
            lock (_gate)
            {
                return [.. _used];
            }
        }
    }

    /// <summary>What was refused so far, in the words of the answers.</summary>
    public IReadOnlyList<string> Refusals
    {
        get
        {
            lock (_gate)
            {
                return [.. _refusals];
            }
        }
    }

    internal void Use(UserInfo user, IReadOnlyList<string> roles, AccessRequest request)
    {
        lock (_gate)
        {
            foreach (var role in roles)
            {
                _used.Add(new UsedRight(user.Name, role, request.Verb, request.Group, request.Resource));
            }
        }
    }

    internal void Refuse(string why)
    {
        lock (_gate)
        {
            _refusals.Add(why);
        }
    }
}
