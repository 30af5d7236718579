namespace MultiEni.Browser.Tests;

/// <summary>
/// Pictures for the documents, taken on the way by the tests that come past what they show, when
/// eng/screenshots.sh asks for them.
/// </summary>
internal static class Screenshots
{
    public static async Task TakeAsync(Tab tab, string name)
    {
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder)
        {
            await tab.UntilAsync("document.fonts.status === 'loaded'");
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), await tab.PictureAsync(), TestContext.Current.CancellationToken);
        }
    }
}
