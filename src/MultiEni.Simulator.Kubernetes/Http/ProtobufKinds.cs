namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The built-in kinds that kubectl sends as protobuf, with the field numbers of the published <c>generated.proto</c> files.</summary>
internal static class ProtobufKinds
{
    private static readonly ProtobufMessage Metadata = Message(
        (1, new("name", ProtobufType.Text)),
        (2, new("generateName", ProtobufType.Text)),
        (3, new("namespace", ProtobufType.Text)),
        (5, new("uid", ProtobufType.Text)),
        (6, new("resourceVersion", ProtobufType.Text)),
        (11, new("labels", ProtobufType.TextMap)),
        (12, new("annotations", ProtobufType.TextMap)),
        (14, new("finalizers", ProtobufType.Text, IsList: true))
    );

    private static readonly ProtobufMessage ResourceAttributes = Message(
        (1, new("namespace", ProtobufType.Text)),
        (2, new("verb", ProtobufType.Text)),
        (3, new("group", ProtobufType.Text)),
        (4, new("version", ProtobufType.Text)),
        (5, new("resource", ProtobufType.Text)),
        (6, new("subresource", ProtobufType.Text)),
        (7, new("name", ProtobufType.Text))
    );

    private static readonly Dictionary<string, ProtobufMessage> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = WithMetadata(),
        ["ServiceAccount"] = WithMetadata(),
        ["ConfigMap"] = WithMetadata(
            (2, new("data", ProtobufType.TextMap)),
            (3, new("binaryData", ProtobufType.Base64Map)),
            (4, new("immutable", ProtobufType.Flag))
        ),
        ["Secret"] = WithMetadata(
            (2, new("data", ProtobufType.Base64Map)),
            (3, new("type", ProtobufType.Text)),
            (4, new("stringData", ProtobufType.TextMap)),
            (5, new("immutable", ProtobufType.Flag))
        ),
        ["SelfSubjectAccessReview"] = WithMetadata(
            (2, new("spec", ProtobufType.Message, Message((1, new("resourceAttributes", ProtobufType.Message, ResourceAttributes)))))
        ),
        ["SelfSubjectReview"] = WithMetadata(),
        ["DeleteOptions"] = Message(
            (1, new("gracePeriodSeconds", ProtobufType.Integer)),
            (
                2,
                new(
                    "preconditions",
                    ProtobufType.Message,
                    Message((1, new("uid", ProtobufType.Text)), (2, new("resourceVersion", ProtobufType.Text)))
                )
            ),
            (3, new("orphanDependents", ProtobufType.Flag)),
            (4, new("propagationPolicy", ProtobufType.Text)),
            (5, new("dryRun", ProtobufType.Text, IsList: true))
        ),
    };

    public static ProtobufMessage? Find(string kind) => Kinds.GetValueOrDefault(kind);

    private static ProtobufMessage WithMetadata(params (int Number, ProtobufField Field)[] fields) =>
        Message([(1, new("metadata", ProtobufType.Message, Metadata)), .. fields]);

    private static ProtobufMessage Message(params (int Number, ProtobufField Field)[] fields) =>
        new(fields.ToDictionary(static field => field.Number, static field => field.Field));
}
