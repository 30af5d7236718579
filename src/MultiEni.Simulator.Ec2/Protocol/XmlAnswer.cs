using System.Globalization;
using System.Text;

namespace MultiEni.Simulator.Ec2.Protocol;

/// <summary>
/// Writes one answer. Written by hand: the reflection-free way, and the format has no attributes
/// but one namespace.
/// </summary>
internal sealed class XmlAnswer
{
    private readonly StringBuilder _text = new(1024);

    /// <summary>The bytes that go on the wire.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.ToString());

    public static XmlAnswer Start(string action, string requestId)
    {
        var answer = new XmlAnswer();
        answer
            ._text.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<")
            .Append(action)
            .Append("Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">");
        answer.Text("requestId", requestId);
        return answer;
    }

    public XmlAnswer Finish(string action) => End($"{action}Response");

    public static byte[] Error(string code, string message, string requestId)
    {
        var answer = new XmlAnswer();
        answer._text.Append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        answer.Begin("Response").Begin("Errors").Begin("Error");
        answer.Text("Code", code).Text("Message", message);
        answer.End("Error").End("Errors").Text("RequestID", requestId).End("Response");
        return answer.ToBytes();
    }

    public XmlAnswer Begin(string name)
    {
        _text.Append('<').Append(name).Append('>');
        return this;
    }

    public XmlAnswer End(string name)
    {
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    /// <summary>An element with a text; nothing at all when the text is null.</summary>
    public XmlAnswer Text(string name, string? value)
    {
        if (value is null)
        {
            return this;
        }

        Begin(name);
        foreach (var character in value)
        {
            _ = character switch
            {
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '&' => _text.Append("&amp;"),
                _ => _text.Append(character),
            };
        }

        return End(name);
    }

    /// <summary>An element with a number; nothing at all when it is null.</summary>
    public XmlAnswer Number(string name, int? value) => Text(name, value?.ToString(CultureInfo.InvariantCulture));

    public XmlAnswer Flag(string name, bool value) => Text(name, value ? "true" : "false");

    public XmlAnswer Time(string name, DateTimeOffset value) =>
        Text(name, value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>A set: one <c>item</c> for each value.</summary>
    public XmlAnswer Set<T>(string name, IEnumerable<T> values, Action<XmlAnswer, T> write)
    {
        Begin(name);
        foreach (var value in values)
        {
            Begin("item");
            write(this, value);
            End("item");
        }

        return End(name);
    }

    public XmlAnswer TagSet(IReadOnlyDictionary<string, string> tags) =>
        Set("tagSet", tags, static (answer, tag) => answer.Text("key", tag.Key).Text("value", tag.Value));
}
