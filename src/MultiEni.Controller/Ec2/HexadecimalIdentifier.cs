using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace MultiEni.Controller.Ec2;

/// <summary>
/// The form all identifiers of EC2 share: a prefix, then lower-case hexadecimal digits (8 in old
/// accounts, 17 today).
/// </summary>
internal static class HexadecimalIdentifier
{
    private const int MostDigits = 32;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    public static bool Matches(string? text, string prefix)
    {
        if (text is null || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var digits = text.AsSpan(prefix.Length);
        return digits.Length is > 0 and <= MostDigits && !digits.ContainsAnyExcept(Digits);
    }
}

/// <summary>Identifies an ENI: `eni-` and hexadecimal digits.</summary>
internal readonly record struct EniId : IParsable<EniId>
{
    private const string Prefix = "eni-";
    private readonly string? _text;

    private EniId(string text) => _text = text;

    /// <summary>
    /// Reads the text that EC2 uses; throws <see cref="FormatException" /> for anything else.
    /// </summary>
    public static EniId Parse(string s) => Parse(s, provider: null);

    /// <inheritdoc cref="Parse(string)"/>
    public static EniId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is not of the form {Prefix}0123456789abcdef0");

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EniId result)
    {
        var valid = HexadecimalIdentifier.Matches(s, Prefix);
        result = valid ? new EniId(s!) : default;
        return valid;
    }

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out EniId result) => TryParse(s, provider: null, out result);

    /// <summary>The text that EC2 uses; empty for a value that was never parsed.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>Identifies a subnet: `subnet-` and hexadecimal digits.</summary>
internal readonly record struct SubnetId : IParsable<SubnetId>
{
    private const string Prefix = "subnet-";
    private readonly string? _text;

    private SubnetId(string text) => _text = text;

    /// <summary>
    /// Reads the text that EC2 uses; throws <see cref="FormatException" /> for anything else.
    /// </summary>
    public static SubnetId Parse(string s) => Parse(s, provider: null);

    /// <inheritdoc cref="Parse(string)"/>
    public static SubnetId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is not of the form {Prefix}0123456789abcdef0");

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out SubnetId result)
    {
        var valid = HexadecimalIdentifier.Matches(s, Prefix);
        result = valid ? new SubnetId(s!) : default;
        return valid;
    }

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out SubnetId result) => TryParse(s, provider: null, out result);

    /// <summary>The text that EC2 uses; empty for a value that was never parsed.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>Identifies an instance: `i-` and hexadecimal digits.</summary>
internal readonly record struct InstanceId : IParsable<InstanceId>
{
    private const string Prefix = "i-";
    private readonly string? _text;

    private InstanceId(string text) => _text = text;

    /// <summary>
    /// Reads the text that EC2 uses; throws <see cref="FormatException" /> for anything else.
    /// </summary>
    public static InstanceId Parse(string s) => Parse(s, provider: null);

    /// <inheritdoc cref="Parse(string)"/>
    public static InstanceId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var result) ? result : throw new FormatException($"'{s}' is not of the form {Prefix}0123456789abcdef0");

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out InstanceId result)
    {
        var valid = HexadecimalIdentifier.Matches(s, Prefix);
        result = valid ? new InstanceId(s!) : default;
        return valid;
    }

    /// <summary>Reads the text that EC2 uses; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, out InstanceId result) => TryParse(s, provider: null, out result);

    /// <summary>The text that EC2 uses; empty for a value that was never parsed.</summary>
    public override string ToString() => _text ?? "";
}

/// <summary>
/// Identifies one attachment of an ENI to an instance; attaching again gives a new one:
/// `eni-attach-` and hexadecimal digits.
/// </summary>
internal readonly record struct AttachmentId : IParsable<AttachmentId>
{
    private const string Prefix = "eni-attach-";
    private readonly string? _text;

    private AttachmentId(string text) => _text = text;

    /// <summary>
    /// Reads the text that EC2 uses; throws <see cref="FormatException" /> for anything else.
    /// </summary>
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
