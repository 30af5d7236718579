using System.Text;
using System.Text.Json.Nodes;
using MultiEni.Simulator.Kubernetes.Errors;

namespace MultiEni.Simulator.Kubernetes.Http;

/// <summary>
/// Reads the protobuf bodies that kubectl's typed commands send: <c>k8s\0</c>, then an envelope with type and content. Only the kinds
/// of <see cref="ProtobufKinds"/> are understood; the answer is JSON, which every client takes.
/// </summary>
internal static class ProtobufBody
{
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The body as JSON.</summary>
    /// <exception cref="StatusException">400: it is not well-formed.</exception>
    /// <exception cref="NotSimulatedException">The kind is not one of those understood.</exception>
    public static JsonObject Read(ReadOnlyMemory<byte> content)
    {
        if (!content.Span.StartsWith(Magic))
        {
            throw StatusErrors.BadRequest("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        }

        string? apiVersion = null;
        string? kind = null;
        ReadOnlyMemory<byte> raw = default;
        ReadOnlyMemory<byte> value;
        var rest = content[Magic.Length..];
        while (!rest.IsEmpty)
        {
            var (number, _) = Next(ref rest, out value);
            if (number == 1)
            {
                (apiVersion, kind) = TypeMeta(value);
            }
            else if (number == 2)
            {
                raw = value;
            }
        }

        var message =
            ProtobufKinds.Find(kind ?? "")
            ?? throw new NotSimulatedException($"a body in protobuf of the kind {kind}; send JSON, as kubectl apply does");
        var obj = Read(raw, message);
        obj["apiVersion"] = apiVersion;
        obj["kind"] = kind;
        return obj;
    }

    private static (string ApiVersion, string Kind) TypeMeta(ReadOnlyMemory<byte> rest)
    {
        var (apiVersion, kind) = ("", "");
        while (!rest.IsEmpty)
        {
            var (number, _) = Next(ref rest, out var value);
            if (number == 1)
            {
                apiVersion = Encoding.UTF8.GetString(value.Span);
            }
            else if (number == 2)
            {
                kind = Encoding.UTF8.GetString(value.Span);
            }
        }

        return (apiVersion, kind);
    }

    private static JsonObject Read(ReadOnlyMemory<byte> rest, ProtobufMessage message)
    {
        var obj = new JsonObject();
        while (!rest.IsEmpty)
        {
            var (number, varint) = Next(ref rest, out var value);
            if (!message.Fields.TryGetValue(number, out var field))
            {
                continue;
            }

            if (field.Type is ProtobufType.TextMap or ProtobufType.Base64Map)
            {
                AddEntry(obj, field, value);
                continue;
            }

            JsonNode? node = field.Type switch
            {
                ProtobufType.Text => value.IsEmpty ? null : Encoding.UTF8.GetString(value.Span),
                ProtobufType.Base64 => Convert.ToBase64String(value.Span),
                ProtobufType.Integer => (long)varint,
                ProtobufType.Flag => varint != 0,
                _ => Read(value, field.Message!),
            };
            if (node is null)
            {
                // Go writes empty strings; in JSON they are left out.
                continue;
            }

            if (!field.IsList)
            {
                obj[field.Name] = node;
            }
            else if (obj[field.Name] is JsonArray list)
            {
                list.Add(node);
            }
            else
            {
                obj[field.Name] = new JsonArray(node);
            }
        }

        return obj;
    }

    private static void AddEntry(JsonObject obj, ProtobufField field, ReadOnlyMemory<byte> entry)
    {
        var key = "";
        ReadOnlyMemory<byte> content = default;
        ReadOnlyMemory<byte> value;
        while (!entry.IsEmpty)
        {
            var (number, _) = Next(ref entry, out value);
            if (number == 1)
            {
                key = Encoding.UTF8.GetString(value.Span);
            }
            else
            {
                content = value;
            }
        }

        if (obj[field.Name] is not JsonObject map)
        {
            obj[field.Name] = map = [];
        }

        map[key] = field.Type == ProtobufType.TextMap ? Encoding.UTF8.GetString(content.Span) : Convert.ToBase64String(content.Span);
    }

    private static (int Number, ulong Varint) Next(ref ReadOnlyMemory<byte> rest, out ReadOnlyMemory<byte> value)
    {
        var tag = Varint(ref rest);
        value = default;
        switch (tag & 7)
        {
            case 0:
                return ((int)(tag >> 3), Varint(ref rest));
            case 1:
                value = Take(ref rest, 8);
                break;
            case 2:
                value = Take(ref rest, Varint(ref rest));
                break;
            case 5:
                value = Take(ref rest, 4);
                break;
            default:
                throw Malformed();
        }

        return ((int)(tag >> 3), 0);
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> rest, ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw Malformed();
        }

        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
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

    private static StatusException Malformed() => StatusErrors.BadRequest("the protobuf message is malformed");
}
