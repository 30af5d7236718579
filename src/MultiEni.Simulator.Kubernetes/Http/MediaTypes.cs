using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>The media types of requests and answers.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Protobuf = "application/vnd.kubernetes.protobuf";
    public const string Yaml = "application/yaml";
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";

    /// <summary>The part of a Content-Type before its parameters.</summary>
    public static string Bare(string? contentType) => (contentType ?? "").Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>
    /// Whether a body of this type is JSON or YAML; without a type it is taken for JSON.
    /// </summary>
    public static bool IsText(string bare) => bare is "" or Json or Yaml or JsonPatch or MergePatch or StrategicMergePatch or ApplyPatch;

    /// <summary>The form of the answer that a client likes best of those that there are.</summary>
    /// <exception cref="StatusException">
    /// 406: there is none that it takes. 501: a real server would have one.
    /// </exception>
    public static AnswerForm FormOf(string accept)
    {
        var isKnown = false;
        string? other = null;
        foreach (var range in accept.Split(',').Select(static range => range.Split(';').Select(static part => part.Trim()).ToArray()))
        {
            var type = range[0];
            var form = Array.Find(range, static part => part.StartsWith("as=", StringComparison.Ordinal));
            isKnown |= type is Json or Yaml or Protobuf;
            switch (type, form)
            {
                case ("" or Json or "application/*" or "*/*", null):
                    return AnswerForm.Object;
                case (Json, "as=Table") when range.Contains("v=v1") && range.Contains("g=meta.k8s.io"):
                    return AnswerForm.Table;
                case (Json, "as=PartialObjectMetadata" or "as=PartialObjectMetadataList")
                    when range.Contains("v=v1") && range.Contains("g=meta.k8s.io"):
                    return AnswerForm.Metadata;
                case (Yaml or Protobuf, null):
                    other = type;
                    break;
            }
        }

        throw other is not null ? new NotSimulatedException($"an answer of type {other}")
        : isKnown ? StatusErrors.NotAcceptableForm()
        : StatusErrors.NotAcceptable();
    }
}
