using System.Collections.Concurrent;
using System.Text.Json;
using MultiEni.Simulator.Ec2.Protocol;

namespace MultiEni.Simulator.Ec2.Iam;

/// <summary>
/// An identity policy of Allow statements, as far as ours go: everything that no statement allows
/// is refused.
/// </summary>
public sealed class IamPolicy
{
    private readonly IReadOnlyList<IamStatement> _statements;
    private readonly ConcurrentDictionary<string, bool> _used = new(StringComparer.Ordinal);

    private IamPolicy(IReadOnlyList<IamStatement> statements) => _statements = statements;

    /// <summary>Every permission of the policy, as <c>Sid ec2:Action</c>.</summary>
    public IReadOnlyList<string> Permissions =>
        [.. _statements.SelectMany(statement => statement.Actions.Select(action => $"{statement.Sid} {action}")).Order(StringComparer.Ordinal)];

    /// <summary>The permissions that allowed something so far.</summary>
    public IReadOnlyList<string> Used => [.. _used.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Reads one or more policy documents.</summary>
    /// <exception cref="FormatException">A part of one is not evaluated here.</exception>
    public static IamPolicy Parse(params IReadOnlyList<string> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        var statements = new List<IamStatement>();
        foreach (var text in documents)
        {
            using var document = JsonDocument.Parse(text);
            statements.AddRange(document.RootElement.GetProperty("Statement").EnumerateArray().Select(IamStatement.Read));
        }

        return new(statements);
    }

    /// <summary>
    /// Whether an action on a resource is allowed in its context; the permission counts as used if
    /// so.
    /// </summary>
    internal bool Allows(string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context)
    {
        if (_statements.FirstOrDefault(statement => statement.Allows(action, resource, context)) is not { } allowing)
        {
            return false;
        }

        _used[$"{allowing.Sid} {action}"] = true;
        return true;
    }

    private sealed record IamStatement(
        string Sid,
        IReadOnlyList<string> Actions,
        IReadOnlyList<WildcardPattern> Resources,
        IReadOnlyList<IamCondition> Conditions
    )
    {
        private static readonly string[] _known = ["Sid", "Effect", "Action", "Resource", "Condition"];

        public static IamStatement Read(JsonElement statement)
        {
            var strange = statement.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !_known.Contains(name));
            if (strange is not null || statement.GetProperty("Effect").GetString() != "Allow")
            {
                throw new FormatException($"Only Allow statements of {string.Join(", ", _known)} are evaluated here, not {strange ?? "Deny"}.");
            }

            return new(
                statement.GetProperty(nameof(Sid)).GetString()!,
                Texts(statement.GetProperty("Action")),
                [.. Texts(statement.GetProperty("Resource")).Select(text => new WildcardPattern(text))],
                statement.TryGetProperty("Condition", out var conditions)
                    ?
                    [
                        .. conditions
                            .EnumerateObject()
                            .SelectMany(of => of.Value.EnumerateObject().Select(key => IamCondition.Create(of.Name, key.Name, Texts(key.Value)))),
                    ]
                    : []
            );
        }

        public bool Allows(string action, string resource, IReadOnlyDictionary<string, IReadOnlyList<string>> context) =>
            Actions.Contains(action) && Resources.Any(pattern => pattern.Matches(resource)) && Conditions.All(condition => condition.Holds(context));

        private static List<string> Texts(JsonElement value) =>
            value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [value.GetString()!];
    }
}
