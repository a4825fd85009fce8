import Link from "next/link";

export const metadata = {
  title: "Answers",
  icons: { icon: "data:," },
  other: { "workflowai-feedback": '{"apiUrl": "/feedback"}' },
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body>
        <nav>
          <Link href="/">An island</Link> <Link href="/painted">Painted by the server</Link>
        </nav>
        {children}
      </body>
    </html>
  );
}
