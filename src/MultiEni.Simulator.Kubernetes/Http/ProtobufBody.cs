using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// Reads the protobuf bodies that kubectl's typed commands and Helm send: <c>k8s\0</c>, then an
/// envelope with type and content. Only a few kinds are understood; the answer is JSON, which every
/// client takes.
/// </summary>
internal static partial class ProtobufBody
{
    private const string Metadata =
        "metadata(1=name 2=generateName 3=namespace 5=uid 6=resourceVersion 11=labels{} 12=annotations{} 14=finalizers[])";

    // The field numbers of the published generated.proto files: NUMBER=NAME a text, ~ bytes, # a
    // number, ? a flag, [] texts, {} a map of texts, {~} of bytes.
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["Namespace"] = $"1={Metadata}",
        ["ServiceAccount"] = $"1={Metadata}",
        ["ConfigMap"] = $"1={Metadata} 2=data{{}} 3=binaryData{{~}} 4=immutable?",
        ["Secret"] = $"1={Metadata} 2=data{{~}} 3=type 4=stringData{{}} 5=immutable?",
        ["SelfSubjectAccessReview"] =
            $"1={Metadata} 2=spec(1=resourceAttributes(1=namespace 2=verb 3=group 4=version 5=resource 6=subresource 7=name))",
        ["SelfSubjectReview"] = $"1={Metadata}",
        ["DeleteOptions"] = "1=gracePeriodSeconds# 2=preconditions(1=uid 2=resourceVersion) 3=orphanDependents? 4=propagationPolicy 5=dryRun[]",
    };

    private readonly record struct Field(int Number, ulong Varint, ReadOnlyMemory<byte> Content)
    {
        public string Text => Encoding.UTF8.GetString(Content.Span);
    }

    /// <summary>The body as JSON.</summary>
    /// <exception cref="StatusException">400: it is not well-formed.</exception>
    /// <exception cref="NotSimulatedException">The kind is not one of those understood.</exception>
    public static JsonObject Read(ReadOnlyMemory<byte> content)
    {
        if (!content.Span.StartsWith("k8s\0"u8))
        {
            throw StatusErrors.BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        var envelope = Fields(content[4..]);
        var type = Fields(envelope.Find(static field => field.Number == 1).Content);
        var kind = type.Find(static field => field.Number == 2).Text;
        var obj = Message(
            envelope.Find(static field => field.Number == 2).Content,
            Kinds.GetValueOrDefault(kind)
                ?? throw new NotSimulatedException($"a body in protobuf of the kind {kind}; send JSON, as kubectl apply does")
        );
        obj["apiVersion"] = type.Find(static field => field.Number == 1).Text;
        obj["kind"] = kind;
        return obj;
    }

    private static JsonObject Message(ReadOnlyMemory<byte> content, string layout)
    {
        var obj = new JsonObject();
        var known = Entry().Matches(layout).ToDictionary(static entry => int.Parse(entry.Groups["number"].Value));
        foreach (var field in Fields(content))
        {
            if (!known.TryGetValue(field.Number, out var entry))
            {
                continue;
            }

            var name = entry.Groups["name"].Value;
            var form = entry.Groups["form"].Value;
            switch (form)
            {
                case "#":
                    obj[name] = (long)field.Varint;
                    break;
                case "?":
                    obj[name] = field.Varint != 0;
                    break;
                case "[]":
                    obj[name] ??= new JsonArray();
                    obj[name]!.AsArray().Add((JsonNode)field.Text);
                    break;
                case "{}" or "{~}":
                    obj[name] ??= new JsonObject();
                    var pair = Fields(field.Content);
                    var value = pair.Find(static part => part.Number == 2);
                    obj[name]![pair.Find(static part => part.Number == 1).Text] =
                        form == "{}" ? value.Text : Convert.ToBase64String(value.Content.Span);
                    break;
                // Go writes empty strings; in JSON they are left out.
                case "" when field.Content.Length > 0:
                    obj[name] = field.Text;
                    break;
                case ['(', ..]:
                    obj[name] = Message(field.Content, form[1..^1]);
                    break;
            }
        }

        return obj;
    }

    private static List<Field> Fields(ReadOnlyMemory<byte> rest)
    {
        var fields = new List<Field>();
        while (!rest.IsEmpty)
        {
            var tag = Varint(ref rest);
            var number = (int)(tag >> 3);
            var varint = (tag & 7) is 0 or 2 ? Varint(ref rest) : throw new NotSimulatedException("a protobuf message with numbers of fixed length");
            var length =
                (tag & 7) == 0 ? 0
                : varint <= (ulong)rest.Length ? (int)varint
                : throw Malformed();
            fields.Add(new Field(number, varint, rest[..length]));
            rest = rest[length..];
        }

        return fields;
    }

    private static ulong Varint(ref ReadOnlyMemory<byte> rest)
    {
        ulong result = 0;
        for (var shift = 0; shift < 64 && !rest.IsEmpty; shift += 7)
        {
            var next = rest.Span[0];
            rest = rest[1..];
            result |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return result;
            }
        }

        throw Malformed();
    }

    // A field, with the layout of a message in parentheses.
    [GeneratedRegex(@"(?<number>\d+)=(?<name>\w+)(?<form>\((?:[^()]|\([^()]*\))*\)|[#?]|\[\]|\{~?\})?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Entry();

    private static StatusException Malformed() => StatusErrors.BadRequest("the protobuf message is malformed");
}
