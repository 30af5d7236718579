using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Schema.Cel;
using MultiEni.Simulator.Kubernetes.Types;

namespace MultiEni.Simulator.Kubernetes.Devices;

/// <summary>The variable <c>device</c> of selectors.</summary>
internal sealed class DeviceValue(string driver, JsonObject device) : CelMap
{
    private static readonly string[] Fields = ["driver", "allowMultipleAllocations", "attributes", "capacity"];

    public override int Count => Fields.Length;

    public override IEnumerable<string> Keys => Fields;

    public override bool TryGet(string key, out object? value)
    {
        value = key switch
        {
            "driver" => driver,
            "allowMultipleAllocations" => device.Flag(key),
            "attributes" => new ByDomain(driver, device[key] as JsonObject, AttributeOf),
            _ => new ByDomain(driver, device[key] as JsonObject, static capacity => Quantity.Parse(capacity.Text("value") ?? "0")),
        };
        return true;
    }

    private static object AttributeOf(JsonObject attribute) =>
        attribute.Integer("int") is { } number ? number
        : attribute["bool"] is not null ? attribute.Flag("bool")
        : attribute.Text("version") is { } version ? CelVersion.Parse(version)
        : attribute.Text("string") ?? (object)CelError.NoSuchOverload;

    // Names without a domain have the driver's. Every domain has a map; that of most is empty.
    private sealed class ByDomain(string driver, JsonObject? entries, Func<JsonObject, object> read) : CelMap
    {
        public override int Count => Keys.Count();

        public override IEnumerable<string> Keys => (entries ?? []).Select(entry => Split(entry.Key).Domain).Distinct(StringComparer.Ordinal);

        public override bool TryGet(string key, out object? value)
        {
            value = new Named(
                (entries ?? [])
                    .Where(entry => Split(entry.Key).Domain == key && entry.Value is JsonObject)
                    .ToDictionary(entry => Split(entry.Key).Name, entry => read((JsonObject)entry.Value!), StringComparer.Ordinal)
            );
            return true;
        }

        public override bool Contains(string key) => Keys.Contains(key, StringComparer.Ordinal);

        private (string Domain, string Name) Split(string name) =>
            name.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0 ? (name[..slash], name[(slash + 1)..]) : (driver, name);
    }

    private sealed class Named(Dictionary<string, object> values) : CelMap
    {
        public override int Count => values.Count;

        public override IEnumerable<string> Keys => values.Keys;

        public override bool TryGet(string key, out object? value) => values.TryGetValue(key, out value);
    }
}
