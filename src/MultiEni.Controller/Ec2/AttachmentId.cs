using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Controller.Ec2;

/// <summary>Identifies one attachment of an ENI to an instance; attaching again gives a new one: `eni-attach-` and hexadecimal digits.</summary>
internal readonly record struct AttachmentId : IParsable<AttachmentId>
{
    private const string Prefix = "eni-attach-";
    private readonly string? _text;

    private AttachmentId(string text) => _text = text;

    /// <summary>Reads the text that EC2 uses; throws <see cref="FormatException"/> for anything else.</summary>
    public static AttachmentId Parse(string s) => Parse(s, provider: null);

    /// <inheritdoc cref="Parse(string)"/>
    public static AttachmentId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is not of the form {Prefix}0123456789abcdef0");

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out AttachmentId result)
    {
        var valid = HexadecimalIdentifier.Matches(s, Prefix);
        result = valid ? new AttachmentId(s!) : default;
        return valid;
    }

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out AttachmentId result) => TryParse(s, provider: null, out result);

    /// <summary>The text that EC2 uses; empty for a value that was never parsed.</summary>
    public override string ToString() => _text ?? "";
}
