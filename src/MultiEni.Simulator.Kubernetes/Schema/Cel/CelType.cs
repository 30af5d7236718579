namespace MultiEni.Simulator.Kubernetes.Schema.Cel;

/// <summary>What is known of a type before the rule runs. No kind means that only the run can tell.</summary>
internal sealed record CelType(CelKind? Kind, SchemaNode? Schema = null, CelType? Item = null)
{
    public static readonly CelType Dynamic = new(Kind: null);
    public static readonly CelType Bool = new(CelKind.Bool);
    public static readonly CelType Int = new(CelKind.Int);
    public static readonly CelType String = new(CelKind.String);

    public string Name =>
        Kind switch
        {
            null => "dyn",
            CelKind.Null => "null",
            CelKind.List => $"list({(Item ?? Dynamic).Name})",
            CelKind.Map when Schema is { Properties.Count: > 0 } => "object",
            CelKind.Map => $"map(string, {(Item ?? Dynamic).Name})",
            CelKind.Timestamp => "google.protobuf.Timestamp",
            CelKind.Duration => "google.protobuf.Duration",
            CelKind.Optional => $"optional_type({(Item ?? Dynamic).Name})",
            _ => Kind.Value.ToString().ToLowerInvariant(),
        };

    public static CelType Of(SchemaNode? schema) =>
        schema switch
        {
            null or { IsIntOrString: true } => Dynamic,
            { Type: SchemaType.Boolean } => Bool,
            { Type: SchemaType.Integer } => Int,
            { Type: SchemaType.Number } => new(CelKind.Double),
            { Type: SchemaType.String, Format: "date-time" } => new(CelKind.Timestamp),
            { Type: SchemaType.String, Format: "duration" } => new(CelKind.Duration),
            { Type: SchemaType.String } => String,
            { Type: SchemaType.Array } => new(CelKind.List, schema, Of(schema.Items)),
            { Type: SchemaType.Object } => new(CelKind.Map, schema, Of(schema.AdditionalProperties)),
            _ => Dynamic,
        };
}
