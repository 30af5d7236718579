using MultiEni.Manager.Host;
using MultiEni.Manager.Host.Kernel;

namespace MultiEni.Manager.Tests.Kernel;

public sealed class SystemErrorsTests
{
    [Fact]
    public void The_runtimes_exceptions_give_back_the_error_number()
    {
        Assert.Equal(Errno.NoDevice, SystemErrors.Find(new IOException("", 19)));
        Assert.Equal(Errno.Invalid, SystemErrors.Find(new IOException("", 22)));
        Assert.Equal(Errno.NoEntry, SystemErrors.Find(new FileNotFoundException()));
        Assert.Equal(Errno.NoEntry, SystemErrors.Find(new DirectoryNotFoundException()));
        Assert.Equal(Errno.AccessDenied, SystemErrors.Find(new UnauthorizedAccessException()));
        Assert.Equal(Errno.ReadOnly, SystemErrors.Find(new UnauthorizedAccessException("", new IOException("", 30))));
    }

    [Fact]
    public void Other_exceptions_have_none()
    {
        Assert.Null(SystemErrors.Find(new InvalidOperationException()));
        // The runtime's own code, not the kernel's.
        Assert.Null(SystemErrors.Find(new IOException("no errno")));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(6, true)]
    [InlineData(19, true)]
    [InlineData(20, true)]
    [InlineData(5, false)]
    [InlineData(13, false)]
    [InlineData(16, false)]
    public void What_vanished_is_told_from_what_failed(int errno, bool isGone) =>
        Assert.Equal(isGone, SystemErrors.IsGone(new IOException("", errno)));
}
