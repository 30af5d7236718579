using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>
/// A set of fields, as a tree. Steps are written as <c>fieldsV1</c> writes them: <c>f:NAME</c> a
/// field, <c>k:{…}</c> the entry of a map list with these keys, <c>v:…</c> the entry of a set.
/// </summary>
internal sealed class FieldNode
{
    private SortedDictionary<string, FieldNode>? _children;

    /// <summary>Whether the field at this node is itself in the set.</summary>
    public bool IsMember { get; set; }

    public IEnumerable<KeyValuePair<string, FieldNode>> Children => _children ?? Enumerable.Empty<KeyValuePair<string, FieldNode>>();

    public bool HasChildren => _children is { Count: > 0 };

    public bool IsEmpty => !IsMember && !HasChildren;

    public FieldNode Child(string step)
    {
        _children ??= new SortedDictionary<string, FieldNode>(StringComparer.Ordinal);
        if (!_children.TryGetValue(step, out var child))
        {
            _children[step] = child = new FieldNode();
        }

        return child;
    }

    public FieldNode? Find(string step) => _children?.GetValueOrDefault(step);

    public void Remove(string step) => _children?.Remove(step);

    /// <summary>Drops branches without members; every set is kept in this form.</summary>
    public FieldNode Trim()
    {
        if (_children is not null)
        {
            foreach (var step in _children.Where(static child => child.Value.Trim().IsEmpty).Select(static child => child.Key).ToList())
            {
                _children.Remove(step);
            }
        }

        return this;
    }

    public FieldNode Union(FieldNode? other) => Combine(other, static (mine, theirs) => mine || theirs);

    public FieldNode Except(FieldNode? other) => Combine(other, static (mine, theirs) => mine && !theirs);

    public FieldNode Intersect(FieldNode? other) => Combine(other, static (mine, theirs) => mine && theirs);

    /// <summary>
    /// The members as conflict messages write them: <c>.status.conditions[type="Ready"].status</c>.
    /// </summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember)
        {
            yield return prefix;
        }

        foreach (var (step, child) in Children)
        {
            foreach (var path in child.Paths(prefix + Describe(step)))
            {
                yield return path;
            }
        }
    }

    public static FieldNode FromFieldsV1(JsonObject? fields)
    {
        var node = new FieldNode { IsMember = fields is null || fields.Count == 0 };
        foreach (var (step, child) in fields ?? [])
        {
            if (step == ".")
            {
                node.IsMember = true;
            }
            else
            {
                Keep(node, step, FromFieldsV1(child as JsonObject));
            }
        }

        return node;
    }

    public JsonObject ToFieldsV1()
    {
        var fields = new JsonObject();
        if (IsMember && HasChildren)
        {
            fields["."] = new JsonObject();
        }

        foreach (var (step, child) in Children)
        {
            fields[step] = child.ToFieldsV1();
        }

        return fields;
    }

    private FieldNode Combine(FieldNode? other, Func<bool, bool, bool> isMember)
    {
        var result = new FieldNode { IsMember = isMember(IsMember, other?.IsMember ?? false) };
        foreach (var (step, child) in Children)
        {
            Keep(result, step, child.Combine(other?.Find(step), isMember));
        }

        foreach (var (step, child) in other?.Children ?? [])
        {
            if (Find(step) is null)
            {
                Keep(result, step, new FieldNode().Combine(child, isMember));
            }
        }

        return result;
    }

    private static void Keep(FieldNode parent, string step, FieldNode child)
    {
        if (!child.IsEmpty)
        {
            parent._children ??= new SortedDictionary<string, FieldNode>(StringComparer.Ordinal);
            parent._children[step] = child;
        }
    }

    /// <summary>A step as messages write it.</summary>
    public static string Describe(string step)
    {
        var rest = step[2..];
        return step[0] switch
        {
            'k' when JsonNode.Parse(rest) is JsonObject keys =>
                $"[{string.Join(',', keys.Select(static key => $"{key.Key}={key.Value?.ToJsonString()}"))}]",
            'v' => $"[={rest}]",
            _ => "." + rest,
        };
    }
}
