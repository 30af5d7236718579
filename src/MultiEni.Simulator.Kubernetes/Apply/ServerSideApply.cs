using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;
using MultiEni.Simulator.Kubernetes.Resources;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>
/// The merge of server-side apply: an applied configuration over a live object, by ownership of
/// fields.
/// </summary>
internal static class ServerSideApply
{
    // The owner of everything that was there before the first apply of an object whose fields
    // nobody tracked.
    private const string BeforeFirstApply = "before-first-apply";

    /// <summary>
    /// The live object with <paramref name="configuration"/> applied; owners included.
    /// </summary>
    /// <param name="live">The stored object; not changed.</param>
    /// <param name="configuration">
    /// What the manager wants, and all that it wants; fields that this endpoint ignores already
    /// taken out.
    /// </param>
    /// <param name="manager">Who applies.</param>
    /// <param name="force">Whether to take fields that others own.</param>
    /// <param name="resource">What it is.</param>
    /// <param name="now">The time of a changed entry.</param>
    /// <exception cref="StatusException">
    /// 409: another manager owns a field with another value.
    /// </exception>
    public static JsonObject Apply(JsonObject live, JsonObject configuration, Manager manager, bool force, ResourceDefinition resource, string now)
    {
        var shape = FieldShape.Of(resource);
        var owners = ManagedFields.Of(live);
        if (owners.IsEmpty && live["metadata"]?["uid"] is not null)
        {
            // What this endpoint does not write, nobody owns.
            var written = live.Copy();
            if (manager.Subresource.Length == 0)
            {
                written.Remove("status");
            }
            else
            {
                written.Remove("spec");
            }

            owners.Set(new Manager(BeforeFirstApply, false, manager.ApiVersion, ""), Ownable.Compare(Nothing(resource), written, shape).Changed);
        }

        var before = owners.FieldsOf(manager);
        var wanted = Ownable.FieldsOf(configuration, shape);
        owners.Set(manager, wanted);

        var merged = ConfigurationMerge.Merge(live, configuration, shape);
        if (before is not null)
        {
            ConfigurationMerge.RemoveAbandoned(merged, before, owners.Everything(), shape);
        }

        var (changed, removed) = Ownable.Compare(live, merged, shape);
        var conflicts = owners
            .Managers.Where(other => other != manager)
            .Select(other => (Manager: other, Fields: owners.FieldsOf(other)!.Intersect(changed)))
            .Where(static conflict => !conflict.Fields.IsEmpty)
            .ToList();
        if (conflicts.Count > 0 && !force)
        {
            throw Conflict(conflicts);
        }

        owners.TakeFromOthers(manager, changed);
        owners.TakeFromOthers(manager, removed);
        if (!changed.IsEmpty || !removed.IsEmpty || live["metadata"]?["uid"] is null)
        {
            owners.Touch(manager, now);
        }

        owners.WriteTo(merged);
        return merged;
    }

    /// <summary>An object of which nothing is set.</summary>
    public static JsonObject Nothing(ResourceDefinition resource) => resource.Type is { } type ? Decoding.Empty(type) : [];

    /// <summary>
    /// Records in <paramref name="now"/>, in place, who owns its fields after a write that was not
    /// an apply.
    /// </summary>
    public static void RecordUpdate(
        JsonObject before,
        JsonObject now,
        ManagedFields owners,
        Manager manager,
        ResourceDefinition resource,
        string time
    )
    {
        var (changed, removed) = Ownable.Compare(before, now, FieldShape.Of(resource));
        owners.TakeFromOthers(manager, changed);
        owners.TakeFromOthers(manager, removed);
        if (!changed.IsEmpty || !removed.IsEmpty)
        {
            var mine = (owners.FieldsOf(manager) ?? new FieldNode()).Union(changed).Except(removed);
            owners.Set(manager, mine);
            owners.Touch(manager, time);
        }

        owners.WriteTo(now);
    }

    private static StatusException Conflict(List<(Manager Manager, FieldNode Fields)> conflicts)
    {
        var causes = new JsonArray();
        var lines = new List<(string Who, List<string> Paths)>();
        foreach (var (other, fields) in conflicts.OrderBy(static conflict => conflict.Manager.Name, StringComparer.Ordinal))
        {
            var who = $"conflict with \"{other.Name}\"";
            if (other.Subresource.Length > 0)
            {
                who += $" with subresource \"{other.Subresource}\"";
            }

            if (!other.IsApply)
            {
                who += $" using {other.ApiVersion}";
            }

            var paths = fields.Paths().ToList();
            lines.Add((who, paths));
            foreach (var path in paths)
            {
                causes.Add(
                    (JsonNode)
                        new JsonObject
                        {
                            ["reason"] = "FieldManagerConflict",
                            ["message"] = who,
                            ["field"] = path,
                        }
                );
            }
        }

        var total = causes.Count;
        var text =
            total == 1
                ? $"Apply failed with 1 conflict: {lines[0].Who}: {lines[0].Paths[0]}"
                : $"Apply failed with {total} conflicts: "
                    + string.Join(
                        '\n',
                        lines.Select(static line =>
                            line.Paths.Count == 1
                                ? $"{line.Who}: {line.Paths[0]}"
                                : $"{line.Who.Replace("conflict with", "conflicts with", StringComparison.Ordinal)}:\n"
                                    + string.Join('\n', line.Paths.Select(static path => "- " + path))
                        )
                    );
        return new StatusException(409, "Conflict", text, new JsonObject { ["causes"] = causes });
    }
}
