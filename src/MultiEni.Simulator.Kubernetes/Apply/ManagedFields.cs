using System.Text.Json.Nodes;

namespace MultiEni.Simulator.Kubernetes.Apply;

/// <summary>
/// The owners of the fields of one object: <c>metadata.managedFields</c>, decoded.
/// </summary>
internal sealed class ManagedFields
{
    private readonly Dictionary<Manager, (FieldNode Fields, string Time)> _owners = [];

    public bool IsEmpty => _owners.Count == 0;

    public IReadOnlyCollection<Manager> Managers => _owners.Keys;

    public static ManagedFields Of(JsonObject obj)
    {
        var result = new ManagedFields();
        foreach (var entry in (obj["metadata"] as JsonObject)?["managedFields"] as JsonArray ?? [])
        {
            if (entry is JsonObject owner && owner.Text("manager") is { } name)
            {
                var manager = new Manager(name, owner.Text("operation") == "Apply", owner.Text("apiVersion") ?? "", owner.Text("subresource") ?? "");
                result._owners[manager] = (FieldNode.FromFieldsV1(owner["fieldsV1"] as JsonObject), owner.Text("time") ?? "");
            }
        }

        return result;
    }

    public FieldNode? FieldsOf(Manager manager) => _owners.TryGetValue(manager, out var owner) ? owner.Fields : null;

    /// <summary>Sets what a manager owns; the time stays.</summary>
    public void Set(Manager manager, FieldNode fields)
    {
        if (fields.IsEmpty)
        {
            _owners.Remove(manager);
        }
        else
        {
            _owners[manager] = (fields, _owners.GetValueOrDefault(manager).Time ?? "");
        }
    }

    /// <summary>Marks that a manager wrote, whether or not it owns other fields now.</summary>
    public void Touch(Manager manager, string now)
    {
        if (_owners.TryGetValue(manager, out var owner))
        {
            _owners[manager] = (owner.Fields, now);
        }
    }

    /// <summary>Takes fields from all managers but one.</summary>
    public void TakeFromOthers(Manager manager, FieldNode fields)
    {
        if (fields.IsEmpty)
        {
            return;
        }

        foreach (var other in _owners.Keys.Where(other => other != manager).ToList())
        {
            Set(other, _owners[other].Fields.Except(fields));
        }
    }

    public FieldNode Everything() => _owners.Values.Aggregate(new FieldNode(), static (all, owner) => all.Union(owner.Fields));

    /// <summary>Applying managers first, then by time and name.</summary>
    public void WriteTo(JsonObject obj)
    {
        var metadata = obj.Metadata();
        metadata.Remove("managedFields");
        if (IsEmpty)
        {
            return;
        }

        var entries = new JsonArray();
        foreach (
            var (manager, (fields, time)) in _owners
                .OrderByDescending(static owner => owner.Key.IsApply)
                .ThenBy(static owner => owner.Value.Time, StringComparer.Ordinal)
                .ThenBy(static owner => owner.Key.Name, StringComparer.Ordinal)
        )
        {
            var entry = new JsonObject
            {
                ["apiVersion"] = manager.ApiVersion,
                ["fieldsType"] = "FieldsV1",
                ["fieldsV1"] = fields.ToFieldsV1(),
                ["manager"] = manager.Name,
                ["operation"] = manager.IsApply ? "Apply" : "Update",
            };
            if (manager.Subresource.Length > 0)
            {
                entry["subresource"] = manager.Subresource;
            }

            if (time.Length > 0)
            {
                entry["time"] = time;
            }

            entries.Add((JsonNode)entry);
        }

        metadata["managedFields"] = entries;
    }
}
